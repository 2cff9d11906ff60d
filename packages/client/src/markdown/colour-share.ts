// How much code of one answer is in colours. What is beyond stays in one colour, which can be read too.
import { inject, type InjectionKey, provide } from 'vue'

/** What is left. */
interface Share {
  blocks: number
  elements: number
}

const SHARE: InjectionKey<Share> = Symbol('colours')
const whole = (): Share => ({ blocks: 200, elements: 8_000 })

/** For all code in the component that calls this. */
export const shareColours = (): void => provide(SHARE, whole())

export const useColourShare = (): Share => inject(SHARE, whole, true)
