// The followers of each room in this process. They get updates in the order of the writes, one at a time, even if a follower
// writes again while it is being called.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Heard, Listener } from './entry-log.ts'

export class Followers {
  readonly #rooms = new Map<RoomId, Set<Listener>>()
  readonly #waiting: { roomId: RoomId; update: Heard }[] = []
  readonly #onError: (error: unknown) => void
  #telling = false

  /** @param onError receives errors thrown by followers; the write and the other followers are not affected */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  add(roomId: RoomId, follower: Listener): () => void {
    const followers = this.#rooms.get(roomId) ?? new Set()
    this.#rooms.set(roomId, followers.add(follower))
    return () => {
      followers.delete(follower)
      if (followers.size === 0 && this.#rooms.get(roomId) === followers) this.#rooms.delete(roomId)
    }
  }

  tell(roomId: RoomId, update: Heard): void {
    this.#waiting.push({ roomId, update })
    if (this.#telling) return
    this.#telling = true
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#tellOne(next)
    this.#telling = false
  }

  #tellOne({ roomId, update }: { roomId: RoomId; update: Heard }): void {
    for (const follower of [...(this.#rooms.get(roomId) ?? [])]) {
      if (!this.#rooms.get(roomId)?.has(follower)) continue
      try {
        follower(update)
      } catch (error) {
        this.#onError(error)
      }
    }
    // Nothing more will be told about a deleted room.
    if ('type' in update && update.type === 'deleted') this.#rooms.delete(roomId)
  }

  /** Forgets all followers of all rooms. */
  clear(): void {
    this.#rooms.clear()
  }
}
