// Small words used in several places.

/** A time span for people: `12 s`, `1 min 5 s`. */
export function secondsText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `Ana is typing…`, `Ana and Bo are typing…`, `3 people are typing…`; empty for nobody. */
export function typingText(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return `${first} is typing…`
  return names.length === 2
    ? `${first} and ${second} are typing…`
    : `${names.length} people are typing…`
}

/**
 * Hours and minutes as the reader's browser writes them; with the day when it was not today.
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

/** Why a message is too long, both sizes in bytes: `72.6 kB; at most 64 kB`. */
export function tooLongText(size: number, limit: number): string {
  // Rounded up, so that what is over the limit never reads as being at it.
  const text = (bytes: number): string => `${Math.ceil((bytes / 1024) * 10) / 10} kB`
  return `The message is too long: ${text(size)}; at most ${text(limit)}.`
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters =
    words.length > 1 ? [words[0], words.at(-1)].map(first) : [...name.trim()].slice(0, 2)
  return letters.join('')
}

function first(word = ''): string {
  return [...word][0] ?? ''
}
