// The listeners to the shared updates of each room.
import type { RoomId } from '@roomcast/shared/protocol'

/** A sink for frames. */
interface Listener {
  write(frame: Buffer): void
}

export class Audience {
  readonly #rooms = new Map<RoomId, Set<Listener>>()

  enter(roomId: RoomId, listener: Listener): void {
    const room = this.#rooms.get(roomId)
    if (room) room.add(listener)
    else this.#rooms.set(roomId, new Set([listener]))
  }

  exit(roomId: RoomId, listener: Listener): void {
    const room = this.#rooms.get(roomId)
    room?.delete(listener)
    if (room?.size === 0) this.#rooms.delete(roomId)
  }

  /** Writes one frame to every listener of a room; the frame is built once, and only if there is a listener. */
  write(roomId: RoomId, make: () => Buffer): void {
    const room = this.#rooms.get(roomId)
    if (!room) return
    const frame = make()
    for (const listener of room) listener.write(frame)
  }
}
