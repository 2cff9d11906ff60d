// The language of the page. Templates and scripts take every text from `words`; texts with variable parts are functions there.
import { english } from './english/index.ts'

/** The texts that every language must provide. */
export type Words = typeof english

export const words: Words = english
