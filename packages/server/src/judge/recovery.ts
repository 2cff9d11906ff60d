// Ends what no living owner runs, in all rooms, and then starts what waits there.
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

/** Rooms looked at in one go. */
const BATCH = 100
/** How often an end is tried again by another clock. */
const MOST_LOOKS = 4
/** An answer that came faster was not held up on the way, ms. */
const AT_ONCE_MS = 500

export interface RecoveryOptions {
  readonly log: EntryLog
  readonly dockets: Dockets
  readonly batches: Batches
  readonly ends: Ends
  readonly clock: Clock
  /** Hears of a generation that had lost its owner and was ended here. */
  readonly onInterrupted: (ended: GenerationEnded & { readonly roomId: RoomId }) => void
  /** Hears why a room could not be recovered, but for a storage that takes nothing. It is looked at again the next time. */
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

  /** @returns the question that is to start there; null: none */
  async #recoverRoom({ roomId, running }: LapsedRoom): Promise<Waiting | null> {
    const { dockets, onInterrupted } = this.#options
    if (running !== null) {
      const ended = await this.#interrupt(roomId, running.id, running.looked)
      if (ended === null) return null
      onInterrupted({ ...ended, roomId })
    }
    // By what the log has; what is known here may be behind.
    const { docket } = await dockets.now(roomId)
    const [head] = docket.queue
    const mayStart = docket.running === null && !docket.held
    return head && mayStart ? { roomId, by: head.by, since: head.at } : null
  }

  /** @returns its end; null when it lives, or has ended meanwhile */
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
      // Answered at once: it is the clock of another master. Else the storage was away meanwhile.
      if (result.refused !== 'stale' || clock.now() - asked > AT_ONCE_MS) return null
      looked = result.now
    }
    return null
  }

  /** Does work for each, some at a time. Where one fails, the others are not to wait. */
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
