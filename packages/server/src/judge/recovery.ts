// Ends the generations without a living owner, in all rooms, and then starts the questions waiting there.
import type { Clock } from '@roomcast/shared/clock'
import {
  type GenerationEnded,
  type GenerationId,
  Refusal,
  type RoomId,
} from '@roomcast/shared/protocol'
import { INTERRUPTED } from '../decide/end.ts'
import type { EntryLog, LapsedRoom, Started } from '../log/entry-log.ts'
import type { Batches } from './batches.ts'
import type { Dockets } from './dockets.ts'
import type { Ends } from './ends.ts'
import type { Waiting } from './room-log.ts'

/** Number of rooms recovered at the same time. */
const BATCH = 100
/** How often an end is tried, each time with the time from a newer answer. */
const MOST_LOOKS = 4
/** An answer that took less than this was not delayed on the way, ms. */
const AT_ONCE_MS = 500

export interface RecoveryOptions {
  readonly log: EntryLog
  readonly dockets: Dockets
  readonly batches: Batches
  readonly ends: Ends
  readonly clock: Clock
  /** Called for each generation without a living owner that this node has ended. */
  readonly onInterrupted: (ended: GenerationEnded & { readonly roomId: RoomId }) => void
  /** Called when a room could not be recovered, except when the storage is unavailable. The room is tried again next time. */
  readonly onRecoveryFailed: (roomId: RoomId, error: unknown) => void
}

export class Recovery {
  readonly #options: RecoveryOptions

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** See RoomLog. */
  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[],
  ): Promise<readonly Started[]> {
    const { log, batches } = this.#options
    const lapsed = await log.lapsed()
    const looked = await this.#eachOf(lapsed.rooms, (room) => this.#recoverRoom(room))
    const waiting = looked.flatMap((found) => found ?? [])
    const chosen = choose(waiting)
    if (chosen.length < waiting.length) await lapsed.pass()
    const started = await this.#eachOf(chosen, ({ roomId, by }) =>
      batches.add(roomId, { type: 'promote', generationId: newId(), by }),
    )
    return started.flatMap((written) => written.started ?? [])
  }

  /** @returns the question to start in the room; null: none */
  async #recoverRoom({ roomId, running }: LapsedRoom): Promise<Waiting | null> {
    const { dockets, onInterrupted } = this.#options
    if (running !== null) {
      const ended = await this.#interrupt(roomId, running.id, running.looked)
      if (ended === null) return null
      onInterrupted({ ...ended, roomId })
    }
    // Asks the log: the docket kept here may be behind.
    const { docket } = await dockets.now(roomId)
    const [head] = docket.queue
    const mayStart = docket.running === null && !docket.held
    return head && mayStart ? { roomId, by: head.by, since: head.at } : null
  }

  /** @returns the end of the generation; null: its owner is alive, or it has ended meanwhile */
  async #interrupt(
    roomId: RoomId,
    generationId: GenerationId,
    lookedFirst: number | undefined,
  ): Promise<GenerationEnded | null> {
    const { clock, ends } = this.#options
    const end = { generationId, outcome: 'interrupted', error: INTERRUPTED, next: null } as const
    let looked = lookedFirst
    for (let look = 0; look < MOST_LOOKS; look++) {
      const asked = clock.now()
      const result = await ends.end(roomId, end, looked)
      if (result.ok) return result.ended
      // A quick `stale` means that another master's clock differs. A slow one means that the storage was unreachable meanwhile.
      if (result.refused !== 'stale' || clock.now() - asked > AT_ONCE_MS) return null
      looked = result.now
    }
    return null
  }

  /** Does the work for each, a batch at a time. A failure does not stop the others. */
  async #eachOf<T extends { readonly roomId: RoomId }, Found>(
    all: readonly T[],
    work: (one: T) => Promise<Found>,
  ): Promise<Found[]> {
    const found: Found[] = []
    for (let from = 0; from < all.length; from += BATCH) {
      const batch = all.slice(from, from + BATCH)
      const done = await Promise.allSettled(batch.map(work))
      for (const [index, one] of done.entries()) {
        if (one.status === 'fulfilled') found.push(one.value)
        else this.#failed(batch[index]?.roomId ?? '', one.reason)
      }
    }
    return found
  }

  #failed(roomId: RoomId, error: unknown): void {
    const isAway = error instanceof Refusal && error.body.code.startsWith('storage-')
    if (!isAway) this.#options.onRecoveryFailed(roomId, error)
  }
}
