// The dockets of the rooms that this node decides in: folded from what it writes and hears, read where they are not there.
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { savedDocket } from '../decide/saved-docket.ts'
import type { EntryLog, Heard, Moved } from '../log/entry-log.ts'
import { afterAppend, afterHearing, caughtUp, type Known, unknown } from '../log/known.ts'
import { KeptDockets } from './kept-dockets.ts'

/** Entries that were folded before a docket is saved again. */
const SAVE_EVERY = 200

export class Dockets {
  readonly #log: EntryLog
  readonly #kept = new KeptDockets<Known>()

  constructor(log: EntryLog) {
    this.#log = log
  }

  /** As far as it is known here, which may be behind. @throws Refusal `room-not-found` */
  async of(roomId: RoomId): Promise<Known> {
    return this.#kept.get(roomId) ?? this.now(roomId)
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

  /** What was decided on this is written, unless it has been heard of already. */
  wrote(roomId: RoomId, decidedOn: Known, entries: readonly Entry[]): void {
    const known = this.#kept.get(roomId) ?? decidedOn
    const { epoch, offset, mark } = decidedOn.ground
    const { ground } = known
    if (ground.epoch !== epoch || ground.offset !== offset || ground.mark !== mark) return
    const unsaved = toBeSaved(decidedOn) === undefined ? known.unsaved : 0
    this.#kept.keep(roomId, afterAppend({ ...known, unsaved }, entries))
  }

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

/** The docket that goes with an append that is decided on this; undefined: none, one was saved not long ago. */
export function toBeSaved({ docket, ground, unsaved }: Known): string | undefined {
  return unsaved < SAVE_EVERY ? undefined : savedDocket(docket, ground.offset)
}
