// The last seconds of one room, as this node knows them: its own writes, and the writes of others that it has heard. If the
// storage loses its tail, the tail is restored from here (restoring.ts).
import type { Delta, Entry, GenerationId, Kind } from '@roomcast/shared/protocol'
import { byteLength, sliceBytes } from '@roomcast/shared/room'
import { fingerprintOf } from '../../fingerprint.ts'

/** Maximum bytes of JSON and text remembered per room; the oldest are forgotten first. */
const MOST_BYTES = 512 * 1024

/** A run of text as it was written, with no gap before it. */
export interface Piece {
  readonly at: number
  readonly text: string
  /** The kind of its mark, if one begins here. */
  readonly kind: Kind | undefined
}

/** The entries that a command has written, so that a repeated command is not done again. */
export interface Done {
  /** `<member> <command>`, the field under which the scripts remember the command. */
  readonly command: string
  readonly kind: string
  /** Fingerprints of its first and its last entry. */
  readonly first: string
  readonly last: string
  /** The number of its entries. */
  readonly count: number
}

/** A remembered item, with the time when this node first heard of it, ms. */
type Heard<T> = T & { readonly heardAt: number; readonly bytes: number }
interface Text {
  /** The byte at which the last piece ends. */
  end: number
  pieces: Heard<Piece>[]
}

export class Recent {
  readonly #entries = new Map<string, Heard<{ readonly entry: Entry }>>()
  /** By the id of the generation, or `#` and its number if its start was not heard. */
  readonly #texts = new Map<string, Text>()
  /** The generation that now has a number: a lost history may have given the number to another one. */
  readonly #numbered = new Map<number, string>()
  readonly #done = new Map<string, Done & { readonly heardAt: number }>()
  #bytes = 0

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#texts.size === 0
  }

  /** In the order in which they were heard. */
  get entries(): readonly Entry[] {
    return [...this.#entries.values()].map(({ entry }) => entry)
  }

  /** The same entries with their fingerprints. */
  get byFingerprint(): readonly (readonly [fingerprint: string, entry: Entry])[] {
    return [...this.#entries].map(([fingerprint, { entry }]) => [fingerprint, entry] as const)
  }

  get done(): readonly Done[] {
    return [...this.#done.values()]
  }

  /** The text by the id of the generation, or `#` and its number if its start was not heard. */
  get texts(): ReadonlyMap<string, readonly Piece[]> {
    return new Map([...this.#texts].map(([key, { pieces }]) => [key, pieces]))
  }

  /** Whether exactly this entry is remembered. */
  has(fingerprint: string): boolean {
    return this.#entries.has(fingerprint)
  }

  /** Remembers entries; an entry heard twice is kept once. */
  addEntries(entries: readonly Entry[], heardAt: number): void {
    for (const entry of entries) {
      const fingerprint = fingerprintOf(entry)
      if (this.#entries.has(fingerprint)) continue
      const bytes = byteLength(JSON.stringify(entry))
      this.#entries.set(fingerprint, { entry, heardAt, bytes })
      this.#bytes += bytes
      this.#number(entry)
    }
    this.#shrink()
  }

  /**
   * Remembers the entries that a command has written; a repeated command is kept once.
   * @param command see `Done`
   */
  addDone(command: string, kind: string, entries: readonly Entry[], heardAt: number): void {
    const [first, last] = [entries[0], entries.at(-1)]
    if (!first || !last || this.#done.has(command)) return
    const fingerprints = {
      first: fingerprintOf(first),
      last: fingerprintOf(last),
      count: entries.length,
    }
    this.#done.set(command, { command, kind, ...fingerprints, heardAt })
  }

  /**
   * Remembers text. Text that is already known is dropped; after a gap, earlier text is forgotten.
   * @param generationId of the text's generation, if more than the number is known
   */
  addText([number, at, text, kind]: Delta, heardAt: number, generationId?: GenerationId): void {
    const key = generationId ?? this.#numbered.get(number) ?? `#${number}`
    const known = this.#texts.get(key) ?? { end: at, pieces: [] }
    this.#texts.set(key, known)
    const to = at + byteLength(text)
    if (at > known.end) this.#forgetPieces(known, known.pieces.length)
    const last = known.pieces.at(-1)
    const isNews = to > known.end || at > known.end || last === undefined
    const isMark = text === '' && kind !== undefined && at === known.end && last?.kind !== kind
    if (!isNews && !isMark) return
    const begins = at > known.end ? at : Math.max(at, known.end)
    const piece = { at: begins, text: begins > at ? sliceBytes(text, begins - at) : text }
    const bytes = byteLength(piece.text)
    known.pieces.push({ ...piece, kind: begins > at ? undefined : kind, heardAt, bytes })
    known.end = to
    this.#bytes += bytes
    this.#shrink()
  }

  /** Forgets everything that was heard before a time, ms. */
  forgetBefore(time: number): void {
    for (const [fingerprint, { heardAt, bytes, entry }] of this.#entries) {
      if (heardAt >= time) break
      this.#entries.delete(fingerprint)
      if (
        entry.type === 'generation-ended' &&
        this.#numbered.get(entry.number) === entry.generationId
      )
        this.#numbered.delete(entry.number)
      this.#bytes -= bytes
    }
    for (const [command, { heardAt }] of this.#done) {
      if (heardAt >= time) break
      this.#done.delete(command)
    }
    for (const [key, text] of this.#texts) {
      const first = text.pieces.findIndex(({ heardAt }) => heardAt >= time)
      this.#forgetPieces(text, first < 0 ? text.pieces.length : first)
      if (text.pieces.length === 0) this.#texts.delete(key)
    }
  }

  clear(): void {
    this.forgetBefore(Infinity)
  }

  #number(entry: Entry): void {
    if (entry.type === 'generation-started')
      return void this.#numbered.set(entry.number, entry.generationId)
    if (entry.type !== 'generation-ended' || this.#numbered.has(entry.number)) return
    const key = `#${entry.number}`
    const text = this.#texts.get(key)
    if (text) this.#texts.set(entry.generationId, text)
    this.#texts.delete(key)
  }

  #shrink(): void {
    while (this.#bytes > MOST_BYTES) {
      const [first] = this.#entries.values()
      const texts = [...this.#texts.values()].flatMap(({ pieces }) => pieces.slice(0, 1))
      const oldest = Math.min(...[first, ...texts].map((one) => one?.heardAt ?? Infinity))
      this.forgetBefore(oldest + 1)
    }
  }

  #forgetPieces(text: Text, count: number): void {
    for (const { bytes } of text.pieces.splice(0, count)) this.#bytes -= bytes
  }
}
