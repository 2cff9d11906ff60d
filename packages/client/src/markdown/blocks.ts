// Cuts growing markdown into top-level blocks and parses only what can still change.
//
// Guarantees: a block that is finished keeps its identity, so it is not rendered again; after the final
// update the blocks are what one parse of the whole text gives, except that one beyond BLOCK_LIMIT, or that
// the parser fails on, is its plain text, and that the last one of a text that was cut off looks as it did before. Rendering is left to `render.ts`.
import { type Engine, engine as markdown, type References, type Token } from './engine.ts'
import { settled } from './open-ends.ts'
import { BLOCK_LIMIT, cut, isCode, type Stretch, tokensOf } from './stretches.ts'

/** One paragraph, list, table, code block… `id`: its place among the blocks of the text. */
export interface Block {
  readonly id: number
  readonly source: string
  /** Null: it is shown as its source. */
  readonly tokens: readonly Token[] | null
  /** It is the one that is being written. */
  readonly open: boolean
}

/** An open block that is too long: shown from `from` on as it is until the text is `until` long. */
type Held = { readonly before: readonly Block[]; readonly from: number; readonly until: number }

/** Characters. A longer open block is not worth closing. */
const MEND_LIMIT = 8_000
const MAY_BE_FORMULA = /\$\$|\\[[(]/
/** A block that is too long is looked at again when it has grown by this, so that the work stays linear. */
const LOOK_AGAIN = 1.25

export class MarkdownBlocks {
  readonly #engine: Engine
  #source = ''
  #frozen: Block[] = []
  /** Where the first block that is not finished begins. */
  #frozenLength = 0
  /** Link definitions within the finished text; half-typed ones never get here. */
  #references: References = {}
  #held: Held | null = null
  /** What was given last, and the link definitions it knew. */
  #given: readonly Block[] = []
  #known = ''

  constructor(engine: Engine = markdown) {
    this.#engine = engine
  }

  /**
   * Takes the whole text so far, gives all its blocks.
   * @param final nothing follows; references to later definitions are resolved now
   * @param cutOff nothing follows, though something was to
   */
  update(text: string, final: boolean, cutOff = false): readonly Block[] {
    // The parser counts lines like this; a lone \r is one too.
    const source = text.replace(/\r\n?/g, '\n')
    if (!source.startsWith(this.#source)) this.#reset()
    this.#source = source
    try {
      if (final) return this.#settle(cutOff)
      if (this.#held === null || source.length >= this.#held.until)
        return (this.#given = this.#grow())
      return this.#plainAfter(this.#held.before, this.#held.from)
    } catch {
      // ignored because: what is not finished is shown as it is instead.
      return this.#plainAfter([], this.#frozenLength)
    }
  }

  /** The whole text decides; a finished block that it leaves as it was stays the same object. */
  #settle(cutOff: boolean): readonly Block[] {
    const references = {}
    const written = cut(this.#engine, this.#source, references)
    const last = written.at(-1)
    const goesOn = cutOff && last !== undefined && mayGoOn(this.#source, last)
    const stretches = goesOn ? this.#settled(written, this.#source, references) : written
    return stretches.map((stretch, id) => {
      const isLast = id === stretches.length - 1
      const block = this.#block(stretch, id, references, { open: false, goesOn: goesOn && isLast })
      const known = this.#frozen[id]
      return known && looksSame(known, block) ? known : block
    })
  }

  #reset(): void {
    this.#frozen = []
    this.#frozenLength = 0
    this.#references = {}
    this.#held = null
    this.#given = []
  }

  #grow(): readonly Block[] {
    this.#held = null
    const tail = this.#source.slice(this.#frozenLength)
    const references = { ...this.#references }
    const stretches = cut(this.#engine, tail, references)
    const last = stretches.at(-1)
    // Until its first line has ended, the next block may turn out to continue the one before.
    const unsure = tail.indexOf('\n', last?.from) < 0
    const finished = Math.max(stretches.length - (unsure ? 2 : 1), 0)
    const open = stretches.slice(finished)
    const rest = tail.slice(open[0]?.from)
    const restStart = this.#source.length - rest.length
    if (finished > 0) this.#freeze(tail.slice(0, tail.length - rest.length))
    if (rest.length - codeLength(open) <= BLOCK_LIMIT) return this.#withOpen(open, tail, references)
    const lastIsLong = last !== undefined && tail.length - last.from > BLOCK_LIMIT
    const before = lastIsLong ? this.#number(open.slice(0, -1), references) : []
    const from = lastIsLong ? this.#source.length - tail.length + last.from : restStart
    this.#held = { before, from, until: restStart + rest.length * LOOK_AGAIN }
    return this.#plainAfter(before, from)
  }

  /** The finished blocks, and those that are not: the last one is being written. */
  #withOpen(open: Stretch[], tail: string, references: References): readonly Block[] {
    const last = open.at(-1)
    const goesOn = last !== undefined && mayGoOn(tail, last)
    const stretches = this.#settled(open, tail, references)
    return [...this.#frozen, ...this.#number(stretches, references, { open: true, goesOn })]
  }

  #freeze(text: string): void {
    const stretches = cut(this.#engine, text, this.#references)
    this.#frozen = [...this.#frozen, ...this.#number(stretches, this.#references)]
    this.#frozenLength += text.length
  }

  /** @param written the last one is being written; `goesOn`: also the text in it */
  #number(
    stretches: readonly Stretch[],
    references: References,
    written = { open: false, goesOn: false },
  ): Block[] {
    const first = this.#frozen.length
    const last = stretches.length - 1
    const known = JSON.stringify(references)
    const isSettled = known === this.#known
    this.#known = known
    return stretches.map((stretch, index) => {
      const isOpen = written.open && index === last
      // Written, though it may yet turn out to go on: as long as it does not, it is the same block.
      const before = isSettled && !isOpen ? this.#given[first + index] : undefined
      if (before?.open === false && before.source === stretch.source) return before
      const goesOn = isOpen && written.goesOn
      return this.#block(stretch, first + index, references, { open: isOpen, goesOn })
    })
  }

  #block(
    stretch: Stretch,
    id: number,
    references: References,
    { open, goesOn } = { open: false, goesOn: false },
  ): Block {
    const tokens = tokensOf(this.#engine, stretch, references, goesOn)
    return { id, source: stretch.source, tokens, open }
  }

  #plainAfter(before: readonly Block[], from: number): readonly Block[] {
    const known = [...this.#frozen, ...before]
    const source = this.#source.slice(from)
    return [...known, { id: known.length, source, tokens: null, open: true }]
  }

  /** The last block as what it is about to be, so that it does not jump when that arrives. */
  #settled(open: Stretch[], tail: string, references: References): Stretch[] {
    const last = open.at(-1)
    if (last === undefined || isCode(last) || !mayGoOn(tail, last)) return open
    const source = tail.slice(last.from)
    const calm = settled(source)
    if (calm === source && !MAY_BE_FORMULA.test(source)) return open
    return [...open.slice(0, -1), ...cut(this.#engine, calm, { ...references }, true)]
  }
}

/** Whether what the text of the last block leaves open may still be closed: after an empty line it is not. */
function mayGoOn(tail: string, last: Stretch): boolean {
  const space = tail.slice(tail.trimEnd().length)
  return tail.length - last.from <= MEND_LIMIT && space.split('\n').length < 3
}

function codeLength(stretches: readonly Stretch[]): number {
  return stretches.filter(isCode).reduce((sum, { source }) => sum + source.length, 0)
}

/** Whether two blocks look the same; where they stand in the text does not matter. */
function looksSame(one: Block, other: Block): boolean {
  if (one.tokens === null || other.tokens === null)
    return one.tokens === other.tokens && one.source === other.source
  const text = (tokens: readonly Token[]) =>
    JSON.stringify(tokens, (key, value: unknown) => (key === 'map' ? undefined : value))
  return text(one.tokens) === text(other.tokens)
}
