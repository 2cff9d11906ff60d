// The texts of the pages outside a room. The same language as `language.ts`.
import { pages } from '../english/on-demand/pages.ts'

/** The texts that every language must provide here. */
type PageWords = typeof pages

export const pageWords: PageWords = pages
