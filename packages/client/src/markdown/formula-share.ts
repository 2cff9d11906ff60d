// The limit on typeset formulas in one answer. Formulas beyond it stay source, which is readable too.
import { inject, type InjectionKey, provide } from 'vue'

/** The rest of the allowance. */
interface Share {
  formulas: number
  elements: number
}

const SHARE: InjectionKey<Share> = Symbol('formulas')
const whole = (): Share => ({ formulas: 500, elements: 40_000 })

/** Provides one allowance for all formulas in the component that calls this. */
export const shareFormulas = (): void => provide(SHARE, whole())

export const useShare = (): Share => inject(SHARE, whole, true)
