// Rooms that were removed in the last seconds: a storage that loses its tail has them again, and is told once more.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Stand } from './remembered.ts'

interface Removed {
  readonly epoch: string
  readonly at: number
}

export class RemovedRooms {
  readonly #rooms = new Map<RoomId, Removed>()
  readonly #rememberMs: number

  /** @param rememberMs for how long, while the storage is there */
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
   * Takes in where such a room stands.
   * @param asked when that was asked
   * @returns whether it is there again, perhaps in an epoch that followed
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
