// The words of the parts around a conversation and of the lists of rooms, so that the pages before a room do not pay for all
// of them. The same language as `language.ts`.
import { laterEnglish } from './english/later.ts'

/** What every language has to say there. */
type LaterWords = typeof laterEnglish

export const laterWords: LaterWords = laterEnglish
