// The words of the pages before a room. The same language as `language.ts`.
import { pages } from '../english/on-demand/pages.ts'

/** What every language has to say there. */
type PageWords = typeof pages

export const pageWords: PageWords = pages
