// What was found in a text, without the marks of Markdown. Apart from `plain-text.ts`: only who searches loads it.
import { plainText } from '../text/without-markdown.ts'

/** The parts of a passage before, in and after what was found in it. */
export function plainPassage(
  passage: string,
  from: number,
  to: number,
): readonly [before: string, found: string, after: string] {
  // Noncharacters, so that they are in no text.
  const marked = `${passage.slice(0, from)}\uFDD0${passage.slice(from, to)}\uFDD1${passage.slice(to)}`
  const [before = '', rest = ''] = plainText(marked).split('\uFDD0')
  const [found = '', after = ''] = rest.split('\uFDD1')
  return [before, found, after]
}
