// Some blocks are known only by a later line: a formula by its end, a link definition by the end of its title. Until that
// line is here, other blocks may stand in their place. This file bounds the search for it, and notes the searches that
// reached the end of the text: more text may change their result.
import type { MarkdownIt, StateBlock } from 'markdown-it'
import { BLOCK_LIMIT } from './answer-limits.ts'

/** Nobody writes longer formulas or definitions, and no block below them is finished during the search. */
const MOST_LINES_AHEAD = 50

/** Teaches a parser the bound for definitions, and to keep in `env.unsure` the first line whose block may change. */
export function learnLookAhead(parser: MarkdownIt): void {
  parser.block.ruler.before('reference', 'end-of-definition', endsDefinition, {
    alt: ['reference'],
  })
  parser.block.State = class extends parser.block.State {
    /** Every rule that searches calls this for each further line. `this.line` is the first line of its block. */
    override isEmpty(line: number): boolean {
      if ((this.eMarks[line + 1] ?? Infinity) >= this.src.length)
        this.env['unsure'] = Math.min(Number(this.env['unsure']), this.line)
      return super.isEmpty(line)
    }
  }
}

/** Whether a line is too far below the first line of a block to belong to it. */
export function isFar({ bMarks }: StateBlock, first: number, line: number): boolean {
  const characters = (bMarks[line] ?? 0) - (bMarks[first] ?? 0)
  return line - first >= MOST_LINES_AHEAD || characters > BLOCK_LIMIT
}

/** The parser calls this rule silently only to ask whether a definition ends above a line. */
function endsDefinition(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  return silent && isFar(state, state.line, line)
}
