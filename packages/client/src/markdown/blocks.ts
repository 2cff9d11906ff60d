// Cuts growing markdown into top-level blocks and parses only what can still change, a slice of the text at a time.
//
// Guarantees: a block that is finished keeps its identity, so it is not rendered again; after the final
// update, when all of it has been taken in, the blocks are what one parse of the whole text gives, except that one that
// is too heavy, or that the parser fails on, is its plain text, that so is all that comes after what an answer may have
// (`answer-limits.ts`), and that the last one of a text that was cut off looks as it did before. Rendering is left to `render.ts`.
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

/** One paragraph, list, table, code block… `id`: its place among the blocks of the text. */
export interface Block {
  readonly id: number
  readonly source: string
  /** Null: it is shown as its source. */
  readonly tokens: readonly Token[] | null
  /** It is the one that is being written. */
  readonly open: boolean
}

/** A finished block, what it takes to draw it, and how many link definitions it knew. */
interface Finished {
  readonly block: Block
  readonly weight: number
  readonly known: number
}

/** A block as it may be shown; `end`: where in its source the rest begins, which is too much. */
type Made = Pick<Finished, 'block' | 'weight'> & { readonly end: number | null }

/** An open block that is too long: shown from `from` on as it is until the text is `until` long. */
type Held = { readonly before: readonly Block[]; readonly from: number; readonly until: number }

/** Characters, and signs among them. A longer open block is not worth closing. */
const MEND_LIMIT = 8_000
const MEND_SIGNS = 500
/** What it takes to look again at a block besides its text, in characters. */
const OF_RESOLVING = 40
const EMPTY_LINES = /^(?:[ \t]*\n)+/
const MAY_BE_FORMULA = /\$\$|\\[[(]/
/** A block that is too long is looked at again when it has grown by this, so that the work stays linear. */
const LOOK_AGAIN = 1.25

export class MarkdownBlocks {
  readonly #engine: Engine
  /** All that was given, and as much of it as was taken in. */
  #whole = ''
  #source = ''
  #finished: Finished[] = []
  #weight = 0
  /** Where the first block that is not finished begins. */
  #finishedLength = 0
  /** There is no more to be parsed: the answer has had its share, or the parser fails. */
  #isFull = false
  /** How many of the finished blocks know all link definitions. */
  #resolved = 0
  /** Link definitions within the finished text; half-typed ones never get here. */
  #references: References = {}
  #held: Held | null = null
  /** What was given last, and how much of the text that was. */
  #given: readonly Block[] = []
  #givenLength = 0
  #isBehind = false
  #looked = 0

  constructor(engine: Engine = markdown) {
    this.#engine = engine
  }

  /** How many characters the last update had to look at. */
  get looked(): number {
    return this.#looked
  }

  /** There is more to be taken in: `update` is to be called again, with the same text. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /**
   * Takes the whole text so far, gives all its blocks as far as they have been taken in.
   * @param final nothing follows; references to later definitions are resolved then
   * @param cutOff nothing follows, though something was to
   */
  update(text: string, final: boolean, cutOff = false): readonly Block[] {
    // The parser counts lines like this; a lone \r is one too.
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
      // ignored because: what comes now is shown as it is instead, and would fail again.
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

  /** All that is not finished, as it is. */
  #rest(): readonly Block[] {
    this.#source = this.#whole
    this.#isBehind = false
    return this.#plainAfter([], this.#finishedLength)
  }

  /** Nothing follows: the last blocks are finished too, and a slice of those that knew too few definitions is parsed again. */
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
      // What it defines is known already; a copy for each block would take the square of their number.
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
    // Until its first line has ended, the next block may turn out to continue the one before.
    const unsure = tail.indexOf('\n', last?.from) < 0
    const finished = Math.max(stretches.length - (unsure ? 2 : 1), 0)
    const open = stretches.slice(finished)
    const rest = tail.slice(open[0]?.from)
    const restStart = this.#source.length - rest.length
    if (finished > 0) this.#finish(tail.slice(0, tail.length - rest.length))
    if (this.#isFull) return this.#rest()
    const isLong = rest.length - inCode(open, ({ length }) => length) > BLOCK_LIMIT
    const goesOn = !isLong && last !== undefined && mayGoOn(tail, last)
    const shown = goesOn ? this.#settled(open, tail, references) : open
    const made = this.#parse(shown, references, { open: !isLong, goesOn })
    // One that is too much is shown up to there, and stays so.
    if (made.some(({ end }) => end !== null)) {
      this.#add(made, placesOf(open, tail.length - rest.length), references)
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

  /** There are too many lines to be looked at again and again: code is code up to here, and all else is text. */
  #endWith(open: readonly Stretch[], made: readonly Made[]): readonly Block[] {
    const [code] = made
    if (!code || open.length !== 1 || !open.every(isCode)) return this.#endHere()
    this.#finished.push({ ...code, known: MOST_DEFINITIONS })
    this.#finishedLength = this.#source.length
    this.#isFull = true
    return this.#rest()
  }

  /** The lines that could be looked at last are finished; all that comes after them is text. */
  #endHere(): readonly Block[] {
    const known = this.#whole.slice(this.#finishedLength, this.#givenLength)
    try {
      this.#finish(known.slice(0, known.lastIndexOf('\n') + 1))
    } catch {
      // ignored because: then they are text as well.
    }
    this.#isFull = true
    return this.#rest()
  }

  /** @param text right after what is finished; as much of it as the answer may still have is finished now */
  #finish(text: string): void {
    const stretches = cut(this.#engine, text, this.#references)
    this.#add(this.#parse(stretches, this.#references), placesOf(stretches, 0), this.#references)
    if (!this.#isFull) this.#finishedLength += text.length
    if (Object.keys(this.#references).length > MOST_DEFINITIONS) this.#isFull = true
  }

  /** These are finished, up to where the answer has had its share: there it is full. @param places of them after what is finished */
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

  /** @param written the last one is being written; `goesOn`: also the text in it */
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
      // Written, though it may yet turn out to go on: as long as it does not, it is the same block.
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

  /** The last block as what it is about to be, so that it does not jump when that arrives. */
  #settled(open: Stretch[], tail: string, references: References): Stretch[] {
    const last = open.at(-1)
    if (last === undefined || isCode(last)) return open
    const source = tail.slice(last.from)
    const calm = settled(source)
    if (calm === source && !MAY_BE_FORMULA.test(source)) return open
    return [...open.slice(0, -1), ...cut(this.#engine, calm, { ...references }, true)]
  }
}

/** Whether what the text of the last block leaves open may still be closed: after an empty line it is not. */
function mayGoOn(tail: string, last: Stretch): boolean {
  const space = tail.slice(tail.trimEnd().length)
  const source = tail.slice(last.from)
  return (
    source.length <= MEND_LIMIT && space.split('\n').length < 3 && signsIn(source) <= MEND_SIGNS
  )
}

/** Where blocks begin. The last one may have been closed, and then is another, in the same place. */
function placesOf(stretches: readonly Stretch[], before: number): number[] {
  return stretches.map(({ from }) => from - before)
}

function linesIn(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

/** How much of something is in code. */
function inCode(stretches: readonly Stretch[], measure: (source: string) => number): number {
  return stretches.filter(isCode).reduce((sum, { source }) => sum + measure(source), 0)
}

/** Whether two blocks look the same; where they stand in the text does not matter. */
function looksSame(one: Block, other: Block): boolean {
  if (one.tokens === null || other.tokens === null)
    return one.tokens === other.tokens && one.source === other.source
  const text = (tokens: readonly Token[]) =>
    JSON.stringify(tokens, (key, value: unknown) => (key === 'map' ? undefined : value))
  return text(one.tokens) === text(other.tokens)
}
