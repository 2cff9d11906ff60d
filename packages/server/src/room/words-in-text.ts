// Finds words in messages, ignoring case and accents. Pure.
import { answerText } from '@roomcast/shared/room'
import type { Message } from '@roomcast/shared/protocol'

/** Optional signs: accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g

/** UTF-16 units of a passage before and after the match begins; and of its marked part, with all accents. */
const PASSAGE = { before: 60, after: 140, marked: 600 } as const
/**
 * Everything but the characters that decompose into five letters or more (U+FDFA into 18), which would multiply the
 * length of a text. They are compared as they are; every other character yields at most four units (a test checks
 * each).
 */
const BOUNDED = /[^\u321d\u321e\u327c\u3300-\u3357\u33ae\u33af\ufdfa\ufdfb]+/g

/** Pieces normalized, and units searched, in one step: a millisecond or less. */
const PIECES_IN_STEP = 64
const UNITS_IN_STEP = 16 * 1024

/**
 * UTF-16 units normalized at a time: normalization sorts consecutive accents, in quadratic time, and a message may
 * hold 64 KiB of them.
 */
const PIECE = 256

interface Passage {
  readonly passage: string
  readonly from: number
  readonly to: number
}

/** Text in the form in which it is compared; upper case, since some letters have several lower-case forms. */
export function plain(text: string): string {
  return whole(plainSteps(text)).compared
}

/** Runs all steps at once. */
function whole<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

interface Plain {
  readonly compared: string
  /** Where each piece begins in the written text (`from`) and in the compared text (`at`). */
  readonly pieces: readonly { readonly from: number; readonly at: number }[]
}

function* plainSteps(text: string): Generator<void, Plain> {
  const pieces: { from: number; at: number }[] = []
  let compared = ''
  for (let from = 0; from < text.length;) {
    if (pieces.length % PIECES_IN_STEP === PIECES_IN_STEP - 1) yield
    const to = wholeEnd(text, Math.min(text.length, from + PIECE))
    pieces.push({ from, at: compared.length })
    compared += plainPiece(text.slice(from, to))
    from = to
  }
  return { compared, pieces }
}

function plainPiece(text: string): string {
  return text
    .replace(BOUNDED, (stretch) => stretch.normalize('NFKD'))
    .replace(ACCENTS, '')
    .toUpperCase()
}

/** The words of a query in the form in which they are compared; empty if there are none. */
export function wordsOf(query: string): readonly string[] {
  return plain(query)
    .split(/\s+/u)
    .filter((word) => word !== '')
}

/** The searchable text of a message: its visible text, without Claude's thinking. */
export function searchedText(message: Message): string {
  return message.kind === 'said' ? message.text : answerText(message)
}

/**
 * The passage around the first place where the words appear in the order typed, or else around the first of them;
 * null unless `text` contains each of `words`.
 */
export function passageOf(text: string, words: readonly string[]): Passage | null {
  return whole(passageSteps(text, words))
}

/** `passageOf` in steps of about a millisecond: a reply may be a mebibyte. */
export function* passageSteps(
  text: string,
  words: readonly string[],
): Generator<void, Passage | null> {
  if (words.length === 0) return null
  const plain = yield* plainSteps(text)
  const places: Place[] = []
  for (const word of words) {
    const at = yield* placeSteps(plain.compared, word)
    if (at < 0) return null
    places.push({ at, last: at + word.length - 1 })
  }
  const phrase = words.join(' ')
  const together = words.length === 1 ? -1 : yield* placeSteps(plain.compared, phrase)
  if (together >= 0)
    return passageAt(text, plain, { at: together, last: together + phrase.length - 1 })
  const first = places.reduce((one, other) => (other.at < one.at ? other : one))
  return passageAt(text, plain, first)
}

/** The first and the last unit of a match in the compared text. */
interface Place {
  readonly at: number
  readonly last: number
}

/** Where `word` begins in `compared`, or -1. A long word may take its length times that of the text. */
function* placeSteps(compared: string, word: string): Generator<void, number> {
  for (let from = 0; from < compared.length; from += UNITS_IN_STEP) {
    if (from > 0) yield
    const at = compared.slice(from, from + UNITS_IN_STEP + word.length - 1).indexOf(word)
    if (at >= 0) return from + at
  }
  return -1
}

function passageAt(text: string, plain: Plain, found: Place): Passage {
  const { from } = characterAt(text, plain, found.at)
  const last = characterAt(text, plain, found.last)
  const to = wholeEnd(text, Math.min(last.to, from + PASSAGE.marked))
  const begin = from <= PASSAGE.before ? 0 : wordStart(text, from - PASSAGE.before)
  const end = wholeEnd(text, Math.max(to, Math.min(text.length, from + PASSAGE.after)))
  const [before, after] = [begin > 0 ? '…' : '', end < text.length ? '…' : '']
  const shift = before.length - begin
  return { passage: before + text.slice(begin, end) + after, from: from + shift, to: to + shift }
}

/** The character in `text` that yields the unit `at` of the compared text, with the accents that follow it. */
function characterAt(
  text: string,
  { pieces }: Plain,
  at: number,
): { readonly from: number; readonly to: number } {
  const piece = pieces.findLast((one) => one.at <= at) ?? { from: 0, at: 0 }
  let [from, to, passed] = [piece.from, piece.from, piece.at]
  for (const character of text.slice(piece.from, piece.from + 2 * PIECE)) {
    const { length } = plainPiece(character)
    // The accents that follow a character belong to it.
    if (passed > at && length > 0) break
    if (passed <= at) from = to
    passed += length
    to += character.length
  }
  return { from, to }
}

/** The start of a word near `at`, if there is one close by; never within a character. */
function wordStart(text: string, at: number): number {
  const space = text.slice(at, at + 20).search(/\s/u)
  return space < 0 ? wholeEnd(text, at) : at + space + 1
}

function wholeEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at
}
