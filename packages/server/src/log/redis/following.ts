// Follows the channels of rooms for this node, and looks now and then whether anything was missed: what is published is
// delivered at most once, and a subscription may fall silent without an error.
//
// Guarantees: a follower is told in the order of the log; every CHECK_MS it is told where the storage stands, long
// enough after the look that what was published before it has arrived if it ever will; so nothing stays unnoticed.
// Each look also finds what the storage has lost, and gives it again (repair/).
import type { Delta, Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { refusalOf } from '../../redis/refusals.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
import type { Listener } from '../entry-log.ts'
import { Followers } from '../followers.ts'
import { parseFrame } from './frames.ts'
import type { Stand, TextOf } from './repair/remembered.ts'
import { type HeardEntries, Repair, type RepairOptions } from './repair/repair.ts'

/** How often every followed room is looked at, ms. */
const CHECK_MS = 2500
/** By then a frame that was published before the look has arrived, ms. */
const GRACE_MS = 500
/** Rooms looked at in one go. */
const BATCH = 200

interface FollowingOptions extends RepairOptions {
  readonly subscriptions: Subscriptions
  /** Hears what a follower throws, and what goes wrong here and is not about the storage. */
  readonly onFollowerError: (error: unknown) => void
  /** Hears of a room that this node had removed and that the storage has again. */
  readonly onUnremoved: (roomId: RoomId) => void
}

interface Followed {
  /** Confirmed by Redis; gives what ends it. */
  subscribed: Promise<() => void> | null
  count: number
}

export class Following {
  readonly #options: FollowingOptions
  readonly #followers: Followers
  readonly #rooms = new Map<RoomId, Followed>()
  readonly #repair: Repair
  #stopChecking: (() => void) | null = null
  #closed = false
  #checked: Promise<void> = Promise.resolve()

  constructor(options: FollowingOptions) {
    this.#options = options
    // Before the look below: the connections are counted by then.
    this.#repair = new Repair(options)
    const { commands, subscriber } = options.connections
    commands.on('ready', () => {
      this.#checked = this.#checkAll()
    })
    // What comes by a new connection may go on from another history.
    for (const connection of [commands, subscriber]) connection.on('ready', () => this.#doubt())
    this.#followers = new Followers(options.onFollowerError)
    options.subscriptions.onRestored(() => void this.#checkAll())
  }

  /** Begins to look where the followed rooms stand, again and again. Call once. */
  start(): void {
    this.#checkLater()
  }

  /**
   * Subscribes first, then makes sure that there is such a room. Whoever reads afterwards misses nothing.
   * @throws Refusal `room-not-found`
   */
  async follow(roomId: RoomId, listener: Listener): Promise<() => void> {
    await this.#checked
    const followed = this.#rooms.get(roomId) ?? { subscribed: null, count: 0 }
    this.#rooms.set(roomId, followed)
    this.#repair.watch(roomId)
    followed.count += 1
    try {
      await (followed.subscribed ??= this.#subscribe(roomId))
      const stand = await this.#repair.standOf(roomId, 0)
      if (!stand) throw new Refusal('room-not-found')
      this.#repair.watch(roomId, stand)
    } catch (error) {
      this.#release(roomId, followed)
      throw error
    }
    const unfollow = this.#followers.add(roomId, listener)
    let released = false
    return () => {
      unfollow()
      if (!released) this.#release(roomId, followed)
      released = true
    }
  }

  /** Resolves when all rooms have been looked at since there is this connection: what was lost comes first. */
  get checked(): Promise<void> {
    return this.#checked
  }

  /** A room is being made; nobody follows it yet. */
  made(roomId: RoomId, epoch: string): void {
    this.#repair.made(roomId, epoch)
  }

  /** Notes what this node has written itself. @param command `<member> <command>` and its kind */
  wrote(roomId: RoomId, entries: readonly Entry[], command?: readonly [string, string]): void {
    if (this.#repair.wrote(roomId, entries, command)) void this.#check(roomId)
  }

  /** The same for text. */
  wroteText({ roomId, generationId }: TextOf, delta: Delta): void {
    this.#repair.addText(roomId, delta, generationId)
  }

  /** The room is gone for good. */
  removed(roomId: RoomId, epoch: string): void {
    this.#repair.removed(roomId, epoch)
  }

  /** Tells the entry at an offset from any other, if it is the last one known here; else null. */
  fingerprintAt(roomId: RoomId, offset: number): string | null {
    return this.#repair.fingerprintAt(roomId, offset)
  }

  /** Looks at one room now. @returns whether something that was lost is there again */
  async recheck(roomId: RoomId): Promise<boolean> {
    return this.#repair.remembers(roomId) && this.#check(roomId)
  }

  /** Looks at all rooms now; resolves when their followers have been told. */
  async catchUp(): Promise<void> {
    await this.#checkAll()
    await new Promise<void>((resolve) => void this.#options.clock.after(GRACE_MS, resolve))
  }

  close(): void {
    this.#closed = true
    this.#stopChecking?.()
    this.#followers.clear()
    this.#rooms.clear()
    this.#repair.clear()
  }

  #subscribe(roomId: RoomId): Promise<() => void> {
    const { subscriptions, keys } = this.#options
    return subscriptions.subscribe(keys.channel(roomId), (frame) => this.#hear(roomId, frame))
  }

  #release(roomId: RoomId, followed: Followed): void {
    followed.count -= 1
    if (followed.count > 0) return
    followed.subscribed?.then(
      (unsubscribe) => unsubscribe(),
      () => undefined,
    )
    followed.subscribed = null
    if (this.#rooms.get(roomId) === followed) this.#rooms.delete(roomId)
    this.#repair.letGo(roomId)
  }

  #hear(roomId: RoomId, frame: string): void {
    if (!this.#rooms.has(roomId) || this.#closed) return
    const update = parseFrame(frame)
    if ('type' in update && update.type === 'deleted') {
      // That of an earlier room of this name may still be under way.
      if (!this.#repair.isOf(roomId, update.epoch)) return
      // Whoever has removed it may be gone when it is there again.
      this.removed(roomId, update.epoch)
      this.#followers.tell(roomId, { type: 'deleted' })
      return
    }
    if ('type' in update) {
      const heard = update as HeardEntries
      if (this.#repair.heard(roomId, heard)) {
        this.#followers.tell(roomId, { type: 'doubtful' })
        void this.#check(roomId)
      }
    } else this.#repair.addText(roomId, update)
    this.#followers.tell(roomId, update)
  }

  /** What is told from now on may go on from another history. */
  #doubt(): void {
    for (const roomId of this.#rooms.keys()) this.#followers.tell(roomId, { type: 'doubtful' })
  }

  #checkLater(): void {
    this.#stopChecking = this.#options.clock.after(CHECK_MS, () => {
      void this.#checkAll().finally(() => {
        if (!this.#closed) this.#checkLater()
      })
    })
  }

  /** Looks where every room stands, and tells its followers a little later. */
  async #checkAll(): Promise<void> {
    const rooms = this.#repair.ids
    for (let from = 0; from < rooms.length; from += BATCH)
      await Promise.all(rooms.slice(from, from + BATCH).map((roomId) => this.#check(roomId)))
    // ignored because: while the storage is away nothing is known; the next look comes soon
    const back = await this.#repair.unremoved().catch(() => [])
    for (const roomId of back) this.#options.onUnremoved(roomId)
  }

  /** @returns whether something that was lost is there again */
  async #check(roomId: RoomId): Promise<boolean> {
    const followed = this.#rooms.get(roomId)
    try {
      const { stand, isBack } = await this.#repair.check(roomId)
      if (followed)
        this.#options.clock.after(GRACE_MS, () => this.#tellStand(roomId, followed, stand))
      if (!this.#rooms.has(roomId)) this.#repair.letGo(roomId)
      return isBack
    } catch (error) {
      // While the storage is away there is nothing to tell; the next look comes soon.
      if (!(refusalOf(error) instanceof Refusal)) this.#options.onFollowerError(error)
      return false
    }
  }

  #tellStand(roomId: RoomId, followed: Followed, stand: Stand | null): void {
    if (this.#closed || this.#rooms.get(roomId) !== followed) return
    if (!stand) return this.#followers.tell(roomId, { type: 'deleted' })
    const { epoch, offset, end } = stand
    this.#followers.tell(roomId, { type: 'heartbeat', epoch, offset, end })
  }
}
