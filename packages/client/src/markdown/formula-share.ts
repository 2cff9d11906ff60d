// How much of one answer may be set formulas. What is beyond stays its source, which can be read too.
import { inject, type InjectionKey, provide } from 'vue'

/** What is left. */
interface Share {
  formulas: number
  elements: number
}

const SHARE: InjectionKey<Share> = Symbol('formulas')
const whole = (): Share => ({ formulas: 500, elements: 40_000 })

/** For all formulas in the component that calls this. */
export const shareFormulas = (): void => provide(SHARE, whole())

export const useShare = (): Share => inject(SHARE, whole, true)
