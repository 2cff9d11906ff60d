// The dockets of the rooms that this node decides in: folded from what it writes and hears, read where they are not there.
import { type Entry, Refusal, type RoomId } from '@roomcast/shared/protocol'
import { savedDocket } from '../decide/saved-docket.ts'
import type { EntryLog, Heard, Moved } from '../log/entry-log.ts'
import { afterEntries, afterHearing, caughtUp, type Known, unknown } from '../log/known.ts'
import { KeptDockets } from './kept-dockets.ts'

/** Entries that were folded before a docket is saved again. */
const SAVE_EVERY = 200

export class Dockets {
  readonly #log: EntryLog
  readonly #kept = new KeptDockets<Known>()
  /** Of rooms of which nothing was known, those that are being read. */
  readonly #readings = new Map<RoomId, Promise<Known>>()

  constructor(log: EntryLog) {
    this.#log = log
  }

  /** As far as it is known here, which may be behind. @throws Refusal `room-not-found` */
  async of(roomId: RoomId): Promise<Known> {
    const kept = this.#kept.get(roomId)
    if (kept) return kept
    // Those who ask meanwhile wait for the same reading.
    const underWay = this.#readings.get(roomId)
    if (underWay) return underWay
    const reading = this.now(roomId).finally(() => this.#readings.delete(roomId))
    this.#readings.set(roomId, reading)
    return reading
  }

  /** As it is now. @throws Refusal `room-not-found` */
  async now(roomId: RoomId): Promise<Known> {
    return this.catchUp(roomId, this.#kept.get(roomId) ?? unknown())
  }

  /** Reads on from what is known. @param moved the answer of the log to that, if it has told already */
  async catchUp(roomId: RoomId, known: Known, moved?: Moved): Promise<Known> {
    const now = await caughtUp(this.#log, roomId, known, moved)
    this.#kept.keep(roomId, now)
    return now
  }

  /** What was decided on this is written. @param isSaved the docket that it was decided on, too */
  wrote(roomId: RoomId, decidedOn: Known, entries: readonly Entry[], isSaved: boolean): void {
    const kept = this.#kept.get(roomId) ?? decidedOn
    const unsaved = kept.unsaved - (isSaved ? decidedOn.unsaved : 0)
    const known = { ...kept, unsaved: Math.max(unsaved, 0) }
    const { epoch, offset, fingerprint } = decidedOn.ground
    const { ground } = known
    // Else it has been heard of already.
    const isNews =
      ground.epoch === epoch && ground.offset === offset && ground.fingerprint === fingerprint
    this.#kept.keep(roomId, isNews ? afterEntries(known, entries) : known)
  }

  /** What was decided on this may have been written: it is not known how the room stands. */
  failed(roomId: RoomId, error: unknown): void {
    const isSure = error instanceof Refusal && error.body.code !== 'storage-uncertain'
    if (!isSure) this.forget(roomId)
  }

  /** A room that is kept goes on with what was heard of it, or is forgotten where that is not certain. */
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
 * The docket that goes with an append that is decided on this, if one is due.
 * @param frees nothing more than has to be is written then: the storage may be full
 */
export function toBeSaved(
  { docket, read, unsaved }: Known,
  frees: boolean,
): { readonly docket?: string } {
  return frees || unsaved < SAVE_EVERY ? {} : { docket: savedDocket(docket, read.offset) }
}
