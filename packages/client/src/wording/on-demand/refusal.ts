// The texts for a room that refuses this client, loaded when one does. The same language as `language.ts`.
import { refusal } from '../english/on-demand/refusal.ts'

/** The texts that every language must provide here. */
type RefusalWords = typeof refusal

export const refusalWords: RefusalWords = refusal
