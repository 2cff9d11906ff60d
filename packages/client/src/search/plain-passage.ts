// A search result without Markdown. Separate from `plain-text.ts` because only the search loads it.
import { plainText } from '../text/without-markdown.ts'

/** The parts of a passage before, in and after the match. */
export function plainPassage(
  passage: string,
  from: number,
  to: number,
): readonly [before: string, found: string, after: string] {
  // Noncharacters mark the match, because they occur in no text.
  const marked = `${passage.slice(0, from)}\uFDD0${passage.slice(from, to)}\uFDD1${passage.slice(to)}`
  const [before = '', rest = ''] = plainText(marked).split('\uFDD0')
  const [found = '', after = ''] = rest.split('\uFDD1')
  return [before, found, after]
}
