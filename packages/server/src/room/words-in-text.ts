// Finding words in what was said, without regard to case and accents. Pure.
import { answerText } from '@roomcast/shared/room'
import type { Message } from '@roomcast/shared/protocol'

/** Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic: they are written or left out. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g

/** UTF-16 units of a passage around the place, before and after it begins; and of what is marked in it, with all its accents. */
const PASSAGE = { before: 60, after: 140, marked: 600 } as const
/**
 * UTF-16 units that are made plain at a time: accents that follow each other are sorted, which takes the square of their
 * number, and somebody may send 64 KiB of them.
 */
const PIECE = 256

export interface Passage {
  readonly passage: string
  readonly from: number
  readonly to: number
}

/** Text as it is compared; upper case, since lower case has several forms of some letters. */
export function plain(text: string): string {
  return plainPieces(text).compared
}

interface Plain {
  readonly compared: string
  /** Where each piece begins, in the text as it was written and as it is compared. */
  readonly pieces: readonly { readonly from: number; readonly at: number }[]
}

function plainPieces(text: string): Plain {
  const pieces: { from: number; at: number }[] = []
  let compared = ''
  for (let from = 0; from < text.length;) {
    const to = wholeEnd(text, Math.min(text.length, from + PIECE))
    pieces.push({ from, at: compared.length })
    compared += plainPiece(text.slice(from, to))
    from = to
  }
  return { compared, pieces }
}

function plainPiece(text: string): string {
  return text.normalize('NFKD').replace(ACCENTS, '').toUpperCase()
}

/** The words of a query as they are compared; empty when there is nothing to look for. */
export function wordsOf(query: string): readonly string[] {
  return plain(query)
    .split(/\s+/u)
    .filter((word) => word !== '')
}

/** What of a message can be found: what is shown of it, without Claude's thoughts. */
export function searchedText(message: Message): string {
  return message.kind === 'said' ? message.text : answerText(message)
}

/**
 * The passage around the first place of the words, in the order in which they were typed, or else around the first of them;
 * null unless each of `words` stands somewhere in `text`.
 */
export function passageOf(text: string, words: readonly string[]): Passage | null {
  const whole = plainPieces(text)
  const { compared } = whole
  if (words.length === 0 || !words.every((word) => compared.includes(word))) return null
  const phrase = words.join(' ')
  const wanted = compared.includes(phrase) ? [phrase] : words
  const place = placeIn(text, whole, wanted)
  const begin = place.from <= PASSAGE.before ? 0 : wordStart(text, place.from - PASSAGE.before)
  const end = wholeEnd(text, Math.max(place.to, Math.min(text.length, place.from + PASSAGE.after)))
  const [before, after] = [begin > 0 ? '…' : '', end < text.length ? '…' : '']
  const shift = before.length - begin
  return {
    passage: before + text.slice(begin, end) + after,
    from: place.from + shift,
    to: place.to + shift,
  }
}

/** The first place of any of `wanted`, which are all there, in units of the text as it was written. */
function placeIn(
  text: string,
  whole: Plain,
  wanted: readonly string[],
): { from: number; to: number } {
  const places = wanted.map((word) => {
    const at = whole.compared.indexOf(word)
    return { at, last: at + word.length - 1 }
  })
  const first = places.sort((one, other) => one.at - other.at)[0] ?? { at: 0, last: 0 }
  const { from } = characterAt(text, whole, first.at)
  const { to } = characterAt(text, whole, first.last)
  return { from, to: wholeEnd(text, Math.min(to, from + PASSAGE.marked)) }
}

/** The character that the unit `at` of the compared text is of, with the accents that follow it. */
function characterAt(
  text: string,
  { pieces }: Plain,
  at: number,
): { readonly from: number; readonly to: number } {
  const piece = pieces.findLast((one) => one.at <= at) ?? { from: 0, at: 0 }
  let [from, to, passed] = [piece.from, piece.from, piece.at]
  for (const character of text.slice(piece.from, piece.from + 2 * PIECE)) {
    const { length } = plainPiece(character)
    // Accents after it belong to it.
    if (passed > at && length > 0) break
    if (passed <= at) from = to
    passed += length
    to += character.length
  }
  return { from, to }
}

/** A place near `at` where a word begins, if there is one close by; never within a character. */
function wordStart(text: string, at: number): number {
  const space = text.slice(at, at + 20).search(/\s/u)
  return space < 0 ? wholeEnd(text, at) : at + space + 1
}

function wholeEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at
}
