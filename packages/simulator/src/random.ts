/**
 * Repeatable chance: mulberry32, seeded.
 * The same seed gives the same sequence on every machine. Not for secrets.
 */

/** A repeatable source of chance. All methods advance the same sequence. */
export type Random = {
  /** A number in [0, 1). */
  next(): number
  /** An integer from `min` to `max`, both included. */
  between(min: number, max: number): number
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T
  /** True with the given probability (0 to 1). */
  chance(probability: number): boolean
  /** `length` letters and digits, for fictitious ids. */
  letters(length: number): string
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789'

/** @param seed any number; it is converted to an unsigned 32-bit integer. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    pick: (list) => {
      const picked = list[between(0, list.length - 1)]
      if (picked === undefined) throw new RangeError('cannot pick from an empty list')
      return picked
    },
    chance: (probability) => next() < probability,
    letters: (length) =>
      Array.from({ length }, () => ALPHABET.charAt(between(0, ALPHABET.length - 1))).join(''),
  }
}

/** Mixes texts and numbers into one 32-bit seed (FNV-1a). Equal parts give equal seeds. */
export function seedFrom(...parts: readonly (string | number)[]): number {
  const text = parts.join('\u0000')
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
