// The rooms in memory on this node: a room opens on first use, and closes some time after its last watcher has left,
// or earlier if the unwatched rooms take too much memory.
//
// Guarantees: a watched room stays open; unwatched rooms take a bounded number of bytes together, and those used
// longest ago close first.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Room } from './room.ts'

/** A room without watchers stays open this long, so that reloads and quick returns cost the storage nothing. */
const LINGER_MS = 60_000
/** Memory limit of all rooms without watchers together, bytes. */
const UNWATCHED_BYTES = 64 * 1024 * 1024

interface Open {
  readonly room: Promise<Room>
  /** Null until the room has been opened. */
  opened: Room | null
  /** Its size when it was last used. */
  bytes: number
  stopLinger: (() => void) | null
}

interface OpenRoomsOptions {
  readonly clock: Clock
  /** Opens a room. @throws Refusal `room-not-found`, or any refusal of the storage */
  readonly open: (roomId: RoomId) => Promise<Room>
  readonly unwatchedBytes?: number
}

export class OpenRooms {
  readonly #options: OpenRoomsOptions
  /** In the order of their last use. */
  readonly #open = new Map<RoomId, Open>()

  constructor(options: OpenRoomsOptions) {
    this.#options = options
  }

  /** The number of open rooms. */
  get size(): number {
    return this.#open.size
  }

  has(roomId: RoomId): boolean {
    return this.#open.has(roomId)
  }

  /** Calls `act` for each room, also for those that are still being opened. */
  each(act: (room: Room) => void): void {
    // ignored because: the caller that opened the room gets the error
    for (const { room } of this.#open.values()) room.then(act, () => undefined)
  }

  /** The room, opened if necessary; it closes again later unless `stay` is called. @throws any error of opening it */
  async use(roomId: RoomId): Promise<Room> {
    const known = this.#open.get(roomId)
    if (known) {
      this.#open.delete(roomId)
      this.#open.set(roomId, known)
      return known.room
    }
    const room = this.#options.open(roomId)
    const open: Open = { room, opened: null, bytes: 0, stopLinger: null }
    this.#open.set(roomId, open)
    room.then(
      (opened) => {
        open.opened = opened
        this.linger(roomId)
      },
      // The room may have been forgotten meanwhile, and opened again.
      () => this.#open.get(roomId) === open && this.#open.delete(roomId),
    )
    return room
  }

  /** Keeps the room open: it has a watcher. */
  stay(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    open?.stopLinger?.()
    if (open) open.stopLinger = null
  }

  /** Closes the room later, unless somebody watches it by then. */
  linger(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    if (!open) return
    open.stopLinger?.()
    open.bytes = open.opened?.bytes ?? 0
    const close = () => this.#closeUnwatched(roomId, open)
    open.stopLinger = this.#options.clock.after(LINGER_MS, close)
    this.#makeRoom()
  }

  /** Drops a room that was deleted. */
  forget(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    open?.stopLinger?.()
    this.#open.delete(roomId)
    open?.room.then(
      (room) => room.close(),
      // ignored because: the caller that opened the room gets the error
      () => undefined,
    )
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const { stopLinger } of open) stopLinger?.()
    // A room that failed to open has nothing to close, and the caller that opened it gets the error.
    const opened = await Promise.allSettled(open.map(({ room }) => room))
    await Promise.all(
      opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])),
    )
  }

  /** Closes unwatched rooms, those used longest ago first, while they take too much memory together. */
  #makeRoom(): void {
    const unwatched = [...this.#open].filter(([, { opened }]) => opened && !opened.watched)
    let bytes = 0
    for (const [, open] of unwatched) bytes += open.bytes
    for (const [roomId, open] of unwatched) {
      if (bytes <= (this.#options.unwatchedBytes ?? UNWATCHED_BYTES)) return
      bytes -= open.bytes
      this.#closeUnwatched(roomId, open)
    }
  }

  #closeUnwatched(roomId: RoomId, open: Open): void {
    if (!open.opened || open.opened.watched || this.#open.get(roomId) !== open) return
    open.stopLinger?.()
    this.#open.delete(roomId)
    void open.opened.close()
  }
}
