// Cuts growing markdown into top-level blocks and parses only the part that can still change, a slice of the text at a time.
//
// Guarantees: a finished block keeps its identity, so it is not rendered again. After the final update, once the whole text
// is taken in, the blocks equal those of one parse of the whole text, with three exceptions. A block that is too heavy, or
// that the parser fails on, is its plain text. So is everything beyond the limits of an answer (`answer-limits.ts`). The
// last block of a text that was cut off looks as it did before the end. `render.ts` does the rendering.
import {
  BLOCK_LIMIT,
  MOST_BLOCKS,
  MOST_DEFINITIONS,
  MOST_IN_ANSWER,
  MOST_LINES,
  MOST_LINES_OF_CODE,
  signsIn,
  SLICE,
} from './answer-limits.ts'
import { type Engine, engine as markdown, type References, type Token } from './engine.ts'
import { settled } from './open-ends.ts'
import { cut, isCode, parsed, type Stretch } from './stretches.ts'

/** One paragraph, list, table, code block… `id`: its index among the blocks of the text. */
export interface Block {
  readonly id: number
  readonly source: string
  /** Null: the block is shown as its source. */
  readonly tokens: readonly Token[] | null
  /** The block is still being written. */
  readonly open: boolean
}

/** A finished block, its weight, and the number of link definitions known when it was parsed. */
interface Finished {
  readonly block: Block
  readonly weight: number
  readonly known: number
}

/** A block as it may be shown; `end`: where in its source the part beyond the limits begins; null if it all fits. */
type Made = Pick<Finished, 'block' | 'weight'> & { readonly end: number | null }

/** An open block that is too long: its source is shown from `from` on, until the text is `until` characters long. */
type Held = { readonly before: readonly Block[]; readonly from: number; readonly until: number }

/** Open ends are not closed in an open block with more characters than this, or with more markup characters. */
const MEND_LIMIT = 8_000
const MEND_SIGNS = 500
/** The fixed cost of parsing a block again besides its text, in characters. */
const OF_RESOLVING = 40
const EMPTY_LINES = /^(?:[ \t]*\n)+/
const MAY_BE_FORMULA = /\$\$|\\[[(]/
/** A block that is too long is parsed again once it has grown by this factor, so the total work stays linear. */
const LOOK_AGAIN = 1.25

export class MarkdownBlocks {
  readonly #engine: Engine
  /** The whole text so far, and the part of it taken in. */
  #whole = ''
  #source = ''
  #finished: Finished[] = []
  #weight = 0
  /** Where the first unfinished block begins. */
  #finishedLength = 0
  /** Nothing more is parsed: the answer has reached its limits, or the parser failed. */
  #isFull = false
  /** How many of the finished blocks have been checked against all link definitions. */
  #resolved = 0
  /** Link definitions in the finished text, so never half-typed ones. */
  #references: References = {}
  #held: Held | null = null
  /** The blocks returned last, and the length of the text that they cover. */
  #given: readonly Block[] = []
  #givenLength = 0
  #isBehind = false
  #looked = 0

  constructor(engine: Engine = markdown) {
    this.#engine = engine
  }

  /** How many characters the last update had to parse. */
  get looked(): number {
    return this.#looked
  }

  /** Not all of the text is taken in yet: call `update` again with the same text. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /**
   * Takes the whole text so far and returns its blocks, up to the end of the part taken in.
   * @param final the text has ended; then references to later definitions are resolved
   * @param cutOff the text has ended early
   */
  update(text: string, final: boolean, cutOff = false): readonly Block[] {
    // The parser normalizes line ends this way: a lone \r ends a line too.
    const whole = text.replace(/\r\n?/g, '\n')
    if (!whole.startsWith(this.#source)) this.#reset()
    this.#whole = whole
    const taken = this.#source.length
    const open = taken - this.#finishedLength
    this.#source = whole.slice(0, taken + Math.max(SLICE, open / 4))
    this.#looked = this.#source.length - this.#finishedLength
    const isWhole = this.#source.length === whole.length
    this.#isBehind = !isWhole
    try {
      if (this.#isFull) {
        this.#looked = whole.length - taken
        return this.#rest()
      }
      if (final && isWhole) return this.#settle(cutOff)
      if (this.#held === null || this.#source.length >= this.#held.until) {
        this.#given = this.#grow()
        this.#givenLength = this.#source.length
        return this.#given
      }
      return this.#plainAfter(this.#held.before, this.#held.from)
    } catch {
      // ignored because: the text from here on is shown as its source. Parsing it would fail again.
      return this.#endHere()
    }
  }

  #reset(): void {
    this.#source = ''
    this.#finished = []
    this.#finishedLength = 0
    this.#weight = 0
    this.#isFull = false
    this.#resolved = 0
    this.#references = {}
    this.#held = null
    this.#given = []
    this.#givenLength = 0
  }

  /** Shows everything unfinished as its source. */
  #rest(): readonly Block[] {
    this.#source = this.#whole
    this.#isBehind = false
    return this.#plainAfter([], this.#finishedLength)
  }

  /** Ends the text: finishes the last blocks, and parses again a slice of those blocks that lacked definitions. */
  #settle(cutOff: boolean): readonly Block[] {
    this.#held = null
    const tail = this.#source.slice(this.#finishedLength)
    const references = { ...this.#references }
    const written = cut(this.#engine, tail, references)
    const last = written.at(-1)
    const goesOn = cutOff && last !== undefined && mayGoOn(tail, last)
    const open = goesOn ? this.#settled(written, tail, references) : written
    const made = this.#parse(open, references, { open: false, goesOn })
    const isTooMuch =
      made.some(({ end }) => end !== null) || this.#finished.length + made.length > MOST_BLOCKS
    if (isTooMuch) this.#add(made, placesOf(written, 0), references)
    this.#resolve(references)
    if (this.#isFull) return this.#rest()
    return [...this.#finished.map(({ block }) => block), ...made.map(({ block }) => block)]
  }

  #resolve(references: References): void {
    const known = Object.keys(references).length
    let left = SLICE
    for (; this.#resolved < this.#finished.length && left > 0; this.#resolved++) {
      const finished = this.#finished[this.#resolved]
      if (!finished || finished.known === known || !finished.block.source.includes('[')) continue
      const { source } = finished.block
      left -= source.length + OF_RESOLVING
      this.#looked += 8 * (source.length + OF_RESOLVING)
      // Inherited, not copied: a copy of all definitions for each block would be quadratic. The block's own are among them.
      const [stretch] = cut(this.#engine, source, Object.create(references) as References)
      if (stretch === undefined) continue
      const block = this.#block(stretch, finished.block.id, references).block
      if (!looksSame(finished.block, block)) this.#finished[this.#resolved] = { ...finished, block }
    }
    this.#isBehind = this.#resolved < this.#finished.length
  }

  #grow(): readonly Block[] {
    this.#held = null
    this.#finishedLength +=
      EMPTY_LINES.exec(this.#source.slice(this.#finishedLength))?.[0].length ?? 0
    const tail = this.#source.slice(this.#finishedLength)
    const references = { ...this.#references }
    const stretches = cut(this.#engine, tail, references)
    const last = stretches.at(-1)
    const open = stretches.filter(({ isSettled }) => !isSettled)
    const rest = tail.slice(open[0]?.from)
    const restStart = this.#source.length - rest.length
    const tailStart = this.#source.length - tail.length
    if (open.length < stretches.length) this.#finish(tail.slice(0, tail.length - rest.length))
    if (this.#isFull) return this.#rest()
    const isLong = rest.length - inCode(open, ({ length }) => length) > BLOCK_LIMIT
    const goesOn = !isLong && last !== undefined && mayGoOn(tail, last)
    const shown = goesOn ? this.#settled(open, tail, references) : open
    const made = this.#parse(shown, references, { open: !isLong, goesOn })
    // A block beyond the limits is shown up to them, and stays so.
    if (made.some(({ end }) => end !== null)) {
      this.#add(made, placesOf(open, this.#finishedLength - tailStart), references)
      return this.#rest()
    }
    const ofCode = inCode(open, linesIn)
    if (ofCode > MOST_LINES_OF_CODE || linesIn(rest) - ofCode > MOST_LINES)
      return this.#endWith(open, made)
    const blocks = made.map(({ block }) => block)
    if (!isLong) return [...this.#finished.map(({ block }) => block), ...blocks]
    const lastIsLong = last !== undefined && tail.length - last.from > BLOCK_LIMIT
    const calm = lastIsLong ? blocks.slice(0, -1) : []
    const from = lastIsLong ? this.#source.length - tail.length + last.from : restStart
    this.#held = { before: calm, from, until: restStart + rest.length * LOOK_AGAIN }
    return this.#plainAfter(calm, from)
  }

  /** There are too many lines to parse again and again: a code block stays code up to here, and the rest is plain text. */
  #endWith(open: readonly Stretch[], made: readonly Made[]): readonly Block[] {
    const [code] = made
    if (!code || open.length !== 1 || !open.every(isCode)) return this.#endHere()
    this.#finished.push({ ...code, known: MOST_DEFINITIONS })
    this.#finishedLength = this.#source.length
    this.#isFull = true
    return this.#rest()
  }

  /** Finishes the lines that were parsed last; everything after them is plain text. */
  #endHere(): readonly Block[] {
    const known = this.#whole.slice(this.#finishedLength, this.#givenLength)
    try {
      this.#finish(known.slice(0, known.lastIndexOf('\n') + 1))
    } catch {
      // ignored because: these lines then are plain text as well.
    }
    this.#isFull = true
    return this.#rest()
  }

  /** Finishes as much of a text as the limits of the answer allow. @param text begins where the finished text ends */
  #finish(text: string): void {
    const stretches = cut(this.#engine, text, this.#references)
    this.#add(this.#parse(stretches, this.#references), placesOf(stretches, 0), this.#references)
    if (!this.#isFull) this.#finishedLength += text.length
    if (Object.keys(this.#references).length > MOST_DEFINITIONS) this.#isFull = true
  }

  /** Adds finished blocks up to the limits of the answer. @param places where they begin after the finished text */
  #add(made: readonly Made[], places: readonly number[], references: References): void {
    const known = Object.keys(references).length
    for (const [index, { block, weight, end }] of made.entries()) {
      const isTooMuch =
        this.#finished.length >= MOST_BLOCKS || this.#weight + weight > MOST_IN_ANSWER
      if (!isTooMuch) {
        this.#weight += weight
        this.#finished.push({ block: { ...block, open: false }, weight, known })
        if (end === null) continue
      }
      this.#isFull = true
      this.#finishedLength += (places[index] ?? places.at(-1) ?? 0) + (isTooMuch ? 0 : (end ?? 0))
      return
    }
  }

  /** @param written about the last one. `open`: it is still open; `goesOn`: open ends in its text may still be closed */
  #parse(
    stretches: readonly Stretch[],
    references: References,
    written = { open: false, goesOn: false },
  ): Made[] {
    const first = this.#finished.length
    const last = stretches.length - 1
    return stretches.map((stretch, index) => {
      const isLast = index === last
      const isOpen = written.open && isLast
      const made = this.#block(stretch, first + index, references, {
        open: isOpen,
        goesOn: isLast && written.goesOn,
      })
      // A block that seems complete may still continue. As long as it does not, it stays the same object.
      const before = isOpen ? undefined : this.#given[first + index]
      const isSame =
        before?.open === false &&
        before.source === made.block.source &&
        looksSame(before, made.block)
      return isSame ? { ...made, block: before } : made
    })
  }

  #block(
    stretch: Stretch,
    id: number,
    references: References,
    { open, goesOn } = { open: false, goesOn: false },
  ): Made {
    const { tokens, weight, end } = parsed(this.#engine, stretch, references, goesOn)
    const source = stretch.source.slice(0, end ?? undefined)
    return { block: { id, source, tokens, open }, weight, end }
  }

  #plainAfter(before: readonly Block[], from: number): readonly Block[] {
    const known = [...this.#finished.map(({ block }) => block), ...before]
    const source = this.#source.slice(from)
    return source === ''
      ? known
      : [...known, { id: known.length, source, tokens: null, open: true }]
  }

  /** Shows the last block as it will probably end, so that it does not jump when its end arrives. */
  #settled(open: Stretch[], tail: string, references: References): Stretch[] {
    const last = open.at(-1)
    if (last === undefined || isCode(last)) return open
    const source = tail.slice(last.from)
    const calm = settled(source)
    if (calm === source && !MAY_BE_FORMULA.test(source)) return open
    return [...open.slice(0, -1), ...cut(this.#engine, calm, { ...references }, true)]
  }
}

/** Whether open ends in the text of the last block may still be closed: after an empty line they cannot be. */
function mayGoOn(tail: string, last: Stretch): boolean {
  const space = tail.slice(tail.trimEnd().length)
  const source = tail.slice(last.from)
  return (
    source.length <= MEND_LIMIT && space.split('\n').length < 3 && signsIn(source) <= MEND_SIGNS
  )
}

/** Where blocks begin. A last block whose open ends were closed is a different object, but begins at the same place. */
function placesOf(stretches: readonly Stretch[], before: number): number[] {
  return stretches.map(({ from }) => from - before)
}

function linesIn(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** The sum of a measure over all blocks of code. */
function inCode(stretches: readonly Stretch[], measure: (source: string) => number): number {
  return stretches.filter(isCode).reduce((sum, { source }) => sum + measure(source), 0)
}

/** Whether two blocks look the same, wherever they are in the text. */
function looksSame(one: Block, other: Block): boolean {
  if (one.tokens === null || other.tokens === null)
    return one.tokens === other.tokens && one.source === other.source
  const text = (tokens: readonly Token[]) =>
    JSON.stringify(tokens, (key, value: unknown) => (key === 'map' ? undefined : value))
  return text(one.tokens) === text(other.tokens)
}
