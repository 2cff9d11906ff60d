// The rooms that are in memory on this node: opened by the first who needs one, closed some time after the last watcher has left,
// or earlier where they take too much.
//
// Guarantees: a room that is watched stays; of those that nobody watches only so many bytes are kept, those last used.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Room } from './room.ts'

/** A room without watchers stays open this long: reloads and quick returns cost the storage nothing. */
const LINGER_MS = 60_000
/** What rooms without watchers may take together, bytes. */
const UNWATCHED_BYTES = 64 * 1024 * 1024

interface Open {
  readonly room: Promise<Room>
  /** As soon as it is there. */
  opened: Room | null
  /** What it took when it was last used. */
  bytes: number
  stopLinger: (() => void) | null
}

interface OpenRoomsOptions {
  readonly clock: Clock
  /** Opens a room. @throws Refusal `room-not-found`, or what the storage refuses */
  readonly open: (roomId: RoomId) => Promise<Room>
  readonly unwatchedBytes?: number
}

export class OpenRooms {
  readonly #options: OpenRoomsOptions
  /** Those last used are last. */
  readonly #open = new Map<RoomId, Open>()

  constructor(options: OpenRoomsOptions) {
    this.#options = options
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size
  }

  has(roomId: RoomId): boolean {
    return this.#open.has(roomId)
  }

  /** Does something with each, also with those that are just being opened. */
  each(act: (room: Room) => void): void {
    // ignored because: whoever opened it has been told
    for (const { room } of this.#open.values()) room.then(act, () => undefined)
  }

  /** The open room; whoever only looks in lets it close again later. @throws what opening it does */
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
      // Meanwhile it may have been forgotten, and another opened.
      () => this.#open.get(roomId) === open && this.#open.delete(roomId),
    )
    return room
  }

  /** Somebody watches it. */
  stay(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    open?.stopLinger?.()
    if (open) open.stopLinger = null
  }

  /** Somebody has gone: where nobody watches any more, it is closed later. */
  linger(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    if (!open) return
    open.stopLinger?.()
    open.bytes = open.opened?.bytes ?? 0
    const close = () => this.#closeUnwatched(roomId, open)
    open.stopLinger = this.#options.clock.after(LINGER_MS, close)
    this.#makeRoom()
  }

  /** It is gone for good. */
  forget(roomId: RoomId): void {
    const open = this.#open.get(roomId)
    open?.stopLinger?.()
    this.#open.delete(roomId)
    open?.room.then(
      (room) => room.close(),
      // ignored because: whoever opened it has been told
      () => undefined,
    )
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const { stopLinger } of open) stopLinger?.()
    // One that could not be opened has nothing to close, and whoever opened it has been told.
    const opened = await Promise.allSettled(open.map(({ room }) => room))
    await Promise.all(
      opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])),
    )
  }

  /** Closes those that nobody watches and that were not used for longest, where all of those take too much. */
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
