// Rooms deleted in the last seconds. If the storage loses its tail they come back, and are deleted again.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Stand } from './remembered.ts'

interface Removed {
  readonly epoch: string
  readonly at: number
}

export class RemovedRooms {
  readonly #rooms = new Map<RoomId, Removed>()
  readonly #rememberMs: number

  /** @param rememberMs how long a deletion is remembered, if the storage is reachable */
  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs
  }

  add(roomId: RoomId, epoch: string, now: number): void {
    this.#rooms.set(roomId, { epoch, at: now })
  }

  get ids(): readonly RoomId[] {
    return [...this.#rooms.keys()]
  }

  /**
   * Compares the position of a deleted room, if it has one.
   * @param asked when the position was asked for
   * @returns whether the room has come back, perhaps in a later epoch
   */
  isBack(roomId: RoomId, stand: Stand | null, asked: number): boolean {
    const removed = this.#rooms.get(roomId)
    if (!removed) return false
    if (stand && [stand.epoch, ...stand.before].includes(removed.epoch)) return true
    if (removed.at < asked - this.#rememberMs) this.#rooms.delete(roomId)
    return false
  }

  clear(): void {
    this.#rooms.clear()
  }
}
