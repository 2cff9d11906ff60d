// The words of a room that does not let this page in, which are loaded when one does not. The same language as `language.ts`.
import { refusal } from '../english/on-demand/refusal.ts'

/** What every language has to say there. */
type RefusalWords = typeof refusal

export const refusalWords: RefusalWords = refusal
