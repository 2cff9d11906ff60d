// The words of the parts that are loaded only when they are needed, so that the first page does not pay for them.
// The same language as `language.ts`.
import { laterEnglish } from './english/later.ts'

/** What every language has to say there. */
export type LaterWords = typeof laterEnglish

export const laterWords: LaterWords = laterEnglish
