// Who takes part in what a room shares, by room.
import type { RoomId } from '@roomcast/shared/protocol'

/** Something that bytes can be written to. */
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

  /** Writes one frame to everybody in a room; it is made once, and only when somebody is there. */
  write(roomId: RoomId, make: () => Buffer): void {
    const room = this.#rooms.get(roomId)
    if (!room) return
    const frame = make()
    for (const listener of room) listener.write(frame)
  }
}
