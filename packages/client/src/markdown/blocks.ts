// Cuts growing markdown into top-level blocks and parses only what can still change.
//
// Guarantees: a block that is finished keeps its identity, so it is not rendered again; after the final
// update the blocks are what one parse of the whole text gives. Rendering is left to `render.ts`.
import remend from 'remend'
import { parse, type References, type Token } from './engine.ts'

/** One paragraph, list, table, code block… `id`: its place among the blocks of the text. */
export interface Block {
  readonly id: number
  readonly tokens: readonly Token[]
}

type Stretch = { readonly tokens: Token[]; readonly firstLine: number }

export class MarkdownBlocks {
  #source = ''
  #frozen: Block[] = []
  /** Where the first block that is not finished begins. */
  #frozenLength = 0
  /** Link definitions within the finished text; half-typed ones never get here. */
  #references: References = {}

  /**
   * Takes the whole text so far, gives all its blocks.
   * @param final nothing follows; references to later definitions are resolved now
   */
  update(text: string, final: boolean): readonly Block[] {
    // The parser counts lines like this; a lone \r is one too.
    const source = text.replace(/\r\n?/g, '\n')
    if (!source.startsWith(this.#source)) this.#reset()
    this.#source = source
    if (final) return this.#settle(cut(parse(source, {})))
    const references = { ...this.#references }
    const tail = source.slice(this.#frozenLength)
    return this.#grow(tail, cut(parse(tail, references)), references)
  }

  /** The whole text decides; a finished block that it leaves as it was stays the same object. */
  #settle(stretches: readonly Stretch[]): readonly Block[] {
    return stretches.map(({ tokens }, id) => {
      const known = this.#frozen[id]
      return known && sameTokens(known.tokens, tokens) ? known : { id, tokens }
    })
  }

  #reset(): void {
    this.#frozen = []
    this.#frozenLength = 0
    this.#references = {}
  }

  #grow(tail: string, stretches: Stretch[], references: References): readonly Block[] {
    const lines = lineStarts(tail)
    let finished = stretches.length - 1
    // Until its first line has ended, the next block may turn out to continue the one before.
    while (finished > 0 && lines[(stretches[finished]?.firstLine ?? 0) + 1] === undefined)
      finished--
    const from = lines[stretches[finished]?.firstLine ?? 0] ?? 0
    if (finished > 0) this.#freeze(tail.slice(0, from))
    const open = stretches.slice(Math.max(finished, 0))
    return [...this.#frozen, ...this.#number(mended(tail, lines, open, references))]
  }

  #freeze(text: string): void {
    this.#frozen = [...this.#frozen, ...this.#number(cut(parse(text, this.#references)))]
    this.#frozenLength += text.length
  }

  #number(stretches: readonly Stretch[]): Block[] {
    return stretches.map(({ tokens }, index) => ({ id: this.#frozen.length + index, tokens }))
  }
}

/** The top-level blocks of a token list, with the line each begins on. */
function cut(tokens: readonly Token[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const token of tokens) {
    if (token.level === 0 && token.nesting >= 0)
      stretches.push({ tokens: [], firstLine: token.map?.[0] ?? 0 })
    stretches.at(-1)?.tokens.push(token)
  }
  return stretches
}

/** Whether two blocks look the same; where they stand in the text does not matter. */
function sameTokens(one: readonly Token[], other: readonly Token[]): boolean {
  const text = (tokens: readonly Token[]) =>
    JSON.stringify(tokens, (key, value: unknown) => (key === 'map' ? undefined : value))
  return text(one) === text(other)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Closes what the last block leaves open (`**bold`), so that it does not jump when the end arrives. */
function mended(
  tail: string,
  lines: readonly number[],
  stretches: Stretch[],
  references: References,
): Stretch[] {
  const last = stretches.at(-1)
  const kind = last?.tokens[0]?.type
  if (last === undefined || kind === 'fence' || kind === 'code_block') return stretches
  const source = tail.slice(lines[last.firstLine])
  const closed = remend(source, {
    comparisonOperators: false,
    htmlTags: false,
    katex: false,
    linkMode: 'text-only',
    singleTilde: false,
  })
  if (closed === source) return stretches
  return [...stretches.slice(0, -1), ...cut(parse(closed, { ...references }))]
}
