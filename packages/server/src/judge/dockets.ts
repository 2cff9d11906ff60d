// The dockets of the rooms that this node decides in: folded from the entries it writes and hears, or read from the log.
import { type Entry, Refusal, type RoomId } from '@roomcast/shared/protocol'
import { savedDocket } from '../decide/saved-docket.ts'
import type { EntryLog, Heard, Moved } from '../log/entry-log.ts'
import { afterEntries, afterHearing, caughtUp, type Known, unknown } from '../log/known.ts'
import { KeptDockets } from './kept-dockets.ts'

/** Number of folded entries after which a docket is saved again. */
const SAVE_EVERY = 200

export class Dockets {
  readonly #log: EntryLog
  readonly #kept = new KeptDockets<Known>()
  /** Readings under way, of rooms that this node knew nothing of. */
  readonly #readings = new Map<RoomId, Promise<Known>>()

  constructor(log: EntryLog) {
    this.#log = log
  }

  /** The room as this node knows it, which may be behind. @throws Refusal `room-not-found` */
  async of(roomId: RoomId): Promise<Known> {
    const kept = this.#kept.get(roomId)
    if (kept) return kept
    // Concurrent callers share one reading.
    const underWay = this.#readings.get(roomId)
    if (underWay) return underWay
    const reading = this.now(roomId).finally(() => this.#readings.delete(roomId))
    this.#readings.set(roomId, reading)
    return reading
  }

  /** The room as it is now. @throws Refusal `room-not-found` */
  async now(roomId: RoomId): Promise<Known> {
    return this.catchUp(roomId, this.#kept.get(roomId) ?? unknown())
  }

  /** Reads the missing entries. @param moved the log's answer to `known`, if there already is one */
  async catchUp(roomId: RoomId, known: Known, moved?: Moved): Promise<Known> {
    const now = await caughtUp(this.#log, roomId, known, moved)
    this.#kept.keep(roomId, now)
    return now
  }

  /** A decision on `decidedOn` was written. @param isSaved whether that docket was saved too */
  wrote(roomId: RoomId, decidedOn: Known, entries: readonly Entry[], isSaved: boolean): void {
    const kept = this.#kept.get(roomId) ?? decidedOn
    const unsaved = kept.unsaved - (isSaved ? decidedOn.unsaved : 0)
    const known = { ...kept, unsaved: Math.max(unsaved, 0) }
    const { epoch, offset, fingerprint } = decidedOn.ground
    const { ground } = known
    // If not, the entries have been heard of already.
    const isNews =
      ground.epoch === epoch && ground.offset === offset && ground.fingerprint === fingerprint
    this.#kept.keep(roomId, isNews ? afterEntries(known, entries) : known)
  }

  /** An append failed. Unless it was certainly refused it may have been written, so the state of the room is unknown. */
  failed(roomId: RoomId, error: unknown): void {
    const isSure = error instanceof Refusal && error.body.code !== 'storage-uncertain'
    if (!isSure) this.forget(roomId)
  }

  /** Adds entries that were heard to a kept docket, or forgets the docket if it may have missed something. */
  heard(roomId: RoomId, update: Heard): void {
    if (!('type' in update) || update.type === 'heartbeat') return
    const known = this.#kept.get(roomId)
    if (!known) return
    if (update.type === 'entries' && update.epoch === known.ground.epoch)
      this.#kept.keep(roomId, afterHearing(known, update.entries))
    else this.forget(roomId)
  }

  forget(roomId: RoomId): void {
    this.#kept.forget(roomId)
  }
}

/**
 * The docket to save with an append that was decided on it, if saving is due.
 * @param frees whether the append must not write more than necessary, since the storage may be full
 */
export function toBeSaved(
  { docket, read, unsaved }: Known,
  frees: boolean,
): { readonly docket?: string } {
  return frees || unsaved < SAVE_EVERY ? {} : { docket: savedDocket(docket, read.offset) }
}
