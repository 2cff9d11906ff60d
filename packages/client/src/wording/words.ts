// Short texts used in several places.
import { words } from './language.ts'

/** A time span for people: `12 s`, `1 min 5 s`. */
export function secondsText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return words.common.span(Math.floor(seconds / 60), seconds % 60)
}

/** The heading above Claude's thoughts. @param ms how long Claude thought; null if unknown */
export function thoughtText(ms: number | null): string {
  if (ms === null) return words.reading.thoughts
  return ms < 1000 ? words.reading.thoughtBriefly : words.reading.thoughtFor(secondsText(ms))
}

/** `Ana is typing…`, `Ana and Bo are typing…`, `3 people are typing…`; empty for nobody. */
export function typingText(names: readonly string[]): string {
  return words.talking.typing(names)
}

/**
 * Hours and minutes in the format of the reader's browser, with the date if it is not today.
 * @param locale the browser's own unless given
 */
export function timeText(at: number, now: number, locale?: string): string {
  const date = new Date(at)
  const sameDay = date.toDateString() === new Date(now).toDateString()
  return date.toLocaleString(locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(sameDay ? {} : { day: 'numeric', month: 'short' }),
  })
}

/** One or two letters for a name. */
export function initials(name: string): string {
  // The server numbers members who have the same name.
  const number = /\((\d+)\)$/.exec(name.trim())?.[1]
  if (number) return first(name.trim()) + number
  const parts = name.trim().split(/\s+/)
  const letters =
    parts.length > 1 ? [parts[0], parts.at(-1)].map(first) : [...name.trim()].slice(0, 2)
  return letters.join('')
}

function first(word = ''): string {
  return [...word][0] ?? ''
}
