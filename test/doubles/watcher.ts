// A follower that remembers its updates, and knows when everything written so far has reached it.
import { expect } from 'vitest'
import type { LogUpdate, RoomLog } from '@roomcast/server/judge/room-log.ts'
import type { Delta, Entry, RoomState, UnknownEntry } from '@roomcast/shared/protocol'
import { fold } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'

export class Watcher {
  readonly updates: LogUpdate[] = []
  readonly #log: RoomLog
  readonly #roomId: string
  readonly #name: string
  #stop: () => void = () => undefined
  #marks = 0

  private constructor(log: RoomLog, roomId: string, name: string) {
    this.#log = log
    this.#roomId = roomId
    this.#name = name
  }

  static async follow(log: RoomLog, roomId: string, name: string): Promise<Watcher> {
    const watcher = new Watcher(log, roomId, name)
    // Heartbeats with the position of the room may come at any time, or never.
    watcher.#stop = await log.follow(roomId, (update) => {
      if (isDelta(update) || update.type !== 'heartbeat') watcher.updates.push(update)
    })
    return watcher
  }

  stop(): void {
    this.#stop()
  }

  get entries(): (Entry | UnknownEntry)[] {
    return this.updates.flatMap((update) =>
      !isDelta(update) && update.type === 'entries' ? update.entries : [],
    )
  }

  get deltas(): Delta[] {
    return this.updates.filter(isDelta)
  }

  /** Waits until this watcher has everything written before the call; returns what it saw until then. */
  async seenSoFar(): Promise<LogUpdate[]> {
    this.#marks += 1
    const id = `${this.#name}-mark-${this.#marks}`
    await this.#log.post(this.#roomId, {
      commandId: id,
      messageId: id,
      generationId: id,
      by: 'alice',
      text: 'a message to wait for',
      ask: false,
    })
    await expect.poll(() => this.#indexOf(id)).toBeGreaterThanOrEqual(0)
    return this.updates.slice(0, this.#indexOf(id))
  }

  /** Waits until this watcher has an update that `wanted` accepts. */
  async sees(wanted: (update: LogUpdate) => boolean): Promise<void> {
    await expect.poll(() => this.updates.some(wanted)).toBe(true)
  }

  /** Folds all updates so far over `state`; none may be missing. */
  foldOver(state: RoomState): RoomState {
    return foldAll(state, this.updates)
  }

  #indexOf(messageId: string): number {
    return this.updates.findIndex(
      (update) =>
        !isDelta(update) &&
        update.type === 'entries' &&
        update.entries.some((entry) => 'messageId' in entry && entry.messageId === messageId),
    )
  }
}

export function isDelta(update: LogUpdate): update is Delta {
  return Array.isArray(update)
}

/** Folds updates one by one and expects no gap. */
export function foldAll(state: RoomState, updates: readonly LogUpdate[]): RoomState {
  let current = state
  for (const update of updates) {
    if (!isDelta(update) && update.type === 'deleted') continue
    const folded = fold(current, update, digest)
    expect(folded.behind).toBeNull()
    current = folded.state
  }
  return current
}
