// The dockets of the rooms that this node decides in: folded from what it writes and hears, read where they are not there.
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { type Docket, docketAfterAll, EMPTY_DOCKET } from '../../decide/docket.ts'
import { DOCKET_VERSION, readDocket } from '../../decide/saved-docket.ts'
import { KeptDockets } from '../kept-dockets.ts'
import { readEntry } from '../readable.ts'
import type { Caller } from './caller.ts'
import type { Keys } from './keys.ts'
import { markOfJson } from './repair/recent.ts'
import { afterHearing, caughtUp, type Known, NO_GROUND } from './known.ts'

/** The answer of a script whose caller knows the room up to another ground: `far` where it is to be read anew. */
export type Moved = readonly [
  'moved',
  epoch: string,
  offset: string,
  mark: string,
  entries: readonly string[] | 'far',
  running: string,
  number: string,
]

type DocketAnswer = readonly [
  'ok',
  epoch: string,
  ground: string,
  mark: string,
  saved: string,
  entries: readonly string[],
  last: string,
  running: string,
  number: string,
]

export class Dockets {
  readonly #caller: Caller
  readonly #keys: Keys
  readonly #kept = new KeptDockets<Known>()

  constructor(caller: Caller, keys: Keys) {
    this.#caller = caller
    this.#keys = keys
  }

  /** As far as it is known here, which may be behind. @throws Refusal `room-not-found` */
  async of(roomId: RoomId): Promise<Known> {
    return this.#kept.get(roomId) ?? this.read(roomId)
  }

  /** As it is now. @throws Refusal `room-not-found` */
  async read(roomId: RoomId): Promise<Known> {
    const keys = this.#keys.all(roomId)
    let known: Known | null = null
    let version = String(DOCKET_VERSION)
    let mark = ''
    for (;;) {
      const offset = known === null ? '' : known.docket.offset
      const answer = await this.#caller.run('docket', keys, [version, offset, mark])
      const [, epoch, ground, groundMark, saved, items, last, running, number] =
        answer as DocketAnswer
      const begun: Known | null = known ?? begin(epoch, saved)
      // A saved docket that cannot be read is done without.
      if (begun === null) version = 'none'
      // Another room by this name, or one that has lost its tail, is begun again.
      if (begun === null || begun.epoch !== epoch) known = null
      else {
        const entries = parse(items, begun.docket.offset)
        mark = markOfJson(items.at(-1) ?? '')
        const docket: Docket = docketAfterAll(begun.docket, entries)
        const unsaved: number = begun.unsaved + entries.length
        known = { epoch, docket, unsaved, ground: { offset: Number(ground), mark: groundMark } }
        if (docket.offset >= Number(last) || entries.length === 0) {
          known = withRunning(
            { ...known, docket: { ...docket, offset: Number(last) } },
            running,
            number,
          )
          break
        }
      }
    }
    this.keep(roomId, known)
    return known
  }

  /** Catches up with what a script has told. */
  async catchUp(roomId: RoomId, known: Known, moved: Moved): Promise<Known> {
    const [, epoch, offset, mark, items, running, number] = moved
    if (items === 'far' || epoch !== known.epoch) return this.read(roomId)
    const ground = { offset: Number(offset), mark }
    const caught = caughtUp(known, parse(items, known.ground.offset), ground)
    const now = withRunning(caught, running, number)
    this.keep(roomId, now)
    return now
  }

  /** As far as it is known here, if it is. */
  kept(roomId: RoomId): Known | undefined {
    return this.#kept.get(roomId)
  }

  keep(roomId: RoomId, known: Known): void {
    this.#kept.keep(roomId, known)
  }

  /** Entries of a room have been heard of. */
  heard(roomId: RoomId, epoch: string, entries: readonly Entry[]): void {
    const known = this.#kept.get(roomId)
    if (!known) return
    if (known.epoch === epoch) this.keep(roomId, afterHearing(known, entries))
    else this.forget(roomId)
  }

  forget(roomId: RoomId): void {
    this.#kept.forget(roomId)
  }

  /** Whatever was heard may be of a history that is lost. */
  clear(): void {
    this.#kept.clear()
  }
}

/** What runs, the log knows for certain, also where the entry that began or ended it cannot be read. */
function withRunning(known: Known, running: string, number: string): Known {
  const { docket } = known
  if ((docket.running ?? '') === running) return known
  const last = Math.max(docket.number, Number(number))
  return { ...known, docket: { ...docket, running: running || null, number: last } }
}

/** Null: what was saved cannot be read. */
function begin(epoch: string, saved: string): Known | null {
  const docket = saved === '' ? EMPTY_DOCKET : readDocket(saved)
  return docket && { epoch, docket, ground: NO_GROUND, unsaved: 0 }
}

/** @param after the offset before the first of them */
function parse(items: readonly string[], after: number): Entry[] {
  return items.map((json, index) => readEntry(json, after + 1 + index))
}
