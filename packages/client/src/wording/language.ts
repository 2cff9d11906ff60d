// The language of the page. Templates and scripts take every text from `words`; what depends on something is a function there.
import { english } from './english/index.ts'

/** What every language has to say. */
export type Words = typeof english

export const words: Words = english
