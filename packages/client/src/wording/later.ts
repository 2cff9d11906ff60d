// The texts of the parts around a conversation and of the lists of rooms, separate so that the first load is smaller.
// The same language as `language.ts`.
import { laterEnglish } from './english/later.ts'

/** The texts that every language must provide here. */
type LaterWords = typeof laterEnglish

export const laterWords: LaterWords = laterEnglish
