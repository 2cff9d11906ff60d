// The limit on coloured code in one answer. Code beyond it stays in one colour, which is readable too.
import { inject, type InjectionKey, provide } from 'vue'

/** The rest of the allowance. */
interface Share {
  blocks: number
  elements: number
}

const SHARE: InjectionKey<Share> = Symbol('colours')
const whole = (): Share => ({ blocks: 200, elements: 8_000 })

/** Provides one allowance for all code in the component that calls this. */
export const shareColours = (): void => provide(SHARE, whole())

export const useColourShare = (): Share => inject(SHARE, whole, true)
