// A line that treats deltas and entries worse than TCP does: it drops, repeats, reorders, re-cuts and merges them, and
// sends them again together with the text before. The protocol promises to survive all of it.
import type { Delta, Update } from '@roomcast/shared/protocol'
import { isDelta } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import type { Chance } from './chance.ts'
import type { Tally } from '../support/tally.ts'

/** The longest time that a delta waits to be merged with the next, ms. */
const MERGE_MS = 120
const LATEST_MS = 3000

export interface BadLineOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly tally: Tally
  readonly send: (update: Update, late?: number) => void
}

export class BadLine {
  readonly #options: BadLineOptions
  #before: Delta | null = null
  #waiting: { readonly delta: Delta; readonly stop: () => void } | null = null

  constructor(options: BadLineOptions) {
    this.#options = options
  }

  /** Passes an update on with a random fault. */
  pass(update: Update): void {
    const { tally, send, chance } = this.#options
    const waiting = this.#takeWaiting()
    if (waiting) {
      const merged = isDelta(update) ? joined(waiting, update) : null
      if (merged) {
        tally.count('delta merged with the next')
        return send(merged)
      }
      send(waiting)
    }
    const before = this.#before
    if (isDelta(update)) this.#before = update
    switch (chance.below(12)) {
      case 0:
      case 1:
        return tally.count(isDelta(update) ? 'delta dropped' : 'entries dropped')
      case 2:
        tally.count(isDelta(update) ? 'delta sent twice' : 'entries sent twice')
        send(update)
        return send(update, chance.below(2) * chance.below(LATEST_MS))
      case 3:
        tally.count('overtaken by others')
        return send(update, 1 + chance.below(LATEST_MS))
      case 4:
        return this.#recut(update)
      case 5:
        return this.#overlap(update, before)
      case 6:
        return isDelta(update) ? this.#wait(update) : send(update)
      default:
        return send(update)
    }
  }

  /** The line ends or gets better: sends whatever still waits. */
  close(): void {
    this.#takeWaiting()
  }

  #recut(update: Update): void {
    const { chance, tally, send } = this.#options
    if (!isDelta(update)) {
      const { entries } = update as Extract<Update, { type: 'entries' }>
      for (const entry of entries) send({ ...update, entries: [entry] } as Update)
      if (entries.length > 1) tally.count('entries cut apart')
      return
    }
    const [number, at, text, mark] = update
    const characters = [...text]
    if (characters.length < 2) return send(update)
    tally.count('delta cut apart')
    const place = 1 + chance.below(characters.length - 1)
    const first = characters.slice(0, place).join('')
    send(mark === undefined ? [number, at, first] : [number, at, first, mark])
    send([number, at + byteLength(first), characters.slice(place).join('')])
  }

  /** Sends the previous update again, together with the new one. */
  #overlap(update: Update, before: Delta | null): void {
    const both = before && isDelta(update) ? joined(before, update) : null
    if (both) this.#options.tally.count('delta overlapping the one before')
    this.#options.send(both ?? update)
  }

  #wait(delta: Delta): void {
    const stop = this.#options.clock.after(MERGE_MS, () => {
      const waiting = this.#takeWaiting()
      if (waiting) this.#options.send(waiting)
    })
    this.#waiting = { delta, stop }
  }

  #takeWaiting(): Delta | null {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.stop()
    return waiting?.delta ?? null
  }
}

/** Joins two deltas if the second continues the first; a mark can only be at the beginning of a delta. */
function joined(first: Delta, second: Delta): Delta | null {
  const [number, at, text, mark] = first
  const connects = number === second[0] && at + byteLength(text) === second[1]
  if (!connects || text === '' || second[3] !== undefined) return null
  return mark === undefined ? [number, at, text + second[2]] : [number, at, text + second[2], mark]
}
