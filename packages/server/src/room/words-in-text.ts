// Finding words in what was said, without regard to case and accents. Pure.
import { partsOf } from '@roomcast/shared/room'
import type { Message } from '@roomcast/shared/protocol'

/** Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic: they are written or left out. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g

/** UTF-16 units of a passage around the place, before and after it begins. */
const PASSAGE = { before: 60, after: 140 } as const

export interface Passage {
  readonly passage: string
  readonly from: number
  readonly to: number
}

/** Text as it is compared; upper case, since lower case has several forms of some letters. */
export function plain(text: string): string {
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
  if (message.kind === 'said') return message.text
  return partsOf(message)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('')
}

/**
 * The passage around the first place of the words, in the order in which they were typed, or else around the first of them;
 * null unless each of `words` stands somewhere in `text`.
 */
export function passageOf(text: string, words: readonly string[]): Passage | null {
  const compared = plain(text)
  if (words.length === 0 || !words.every((word) => compared.includes(word))) return null
  const phrase = words.join(' ')
  const wanted = compared.includes(phrase) ? [phrase] : words
  const place = placeIn(text, wanted) ?? { from: 0, to: 0 }
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

/** The first place of any of `wanted`, in units of the text as it was written. */
function placeIn(text: string, wanted: readonly string[]): { from: number; to: number } | null {
  let compared = ''
  const origins: number[] = []
  let at = 0
  for (const character of text) {
    const folded = plain(character)
    compared += folded
    for (let unit = 0; unit < folded.length; unit++) origins.push(at)
    at += character.length
  }
  origins.push(at)
  const places = wanted.flatMap((word) => {
    const found = compared.indexOf(word)
    return found < 0 ? [] : [{ found, end: found + word.length }]
  })
  const first = places.sort((one, other) => one.found - other.found)[0]
  if (!first) return null
  const from = origins[first.found] ?? 0
  // To where the next character begins: accents after the last one belong to it.
  const last = origins[first.end - 1] ?? from
  return { from, to: origins.slice(first.end).find((origin) => origin > last) ?? at }
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
