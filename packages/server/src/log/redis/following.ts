// Follows the channels of rooms for this node, and polls for missed updates: a published message is delivered at most once,
// and a subscription may fall silent without an error.
//
// Guarantees: followers get updates in the order of the log, and no gap stays unnoticed: every CHECK_MS the room's position
// is read from Redis, and GRACE_MS later followers are told. By then anything published earlier has arrived, if it ever will.
// Each check also detects entries that Redis has lost, and restores them (repair/).
import type { Delta, Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { refusalOf } from '../../redis/refusals.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
import type { Listener } from '../entry-log.ts'
import { Followers } from '../followers.ts'
import { parseFrame } from './frames.ts'
import type { Stand, TextOf } from './repair/remembered.ts'
import { type HeardEntries, Repair, type RepairOptions } from './repair/repair.ts'

/** How often every followed room is checked, ms. */
const CHECK_MS = 2500
/** Time after which a frame published before the check has arrived, ms. */
const GRACE_MS = 500
/** Rooms checked at the same time. */
const BATCH = 200

interface FollowingOptions extends RepairOptions {
  readonly subscriptions: Subscriptions
  /** Receives errors thrown by followers, and errors here that are not about the storage. */
  readonly onFollowerError: (error: unknown) => void
  /** Called for a room that this node had deleted and that has come back in Redis. */
  readonly onUnremoved: (roomId: RoomId) => void
}

interface Followed {
  /** The subscription, once Redis has confirmed it; resolves to the function that ends it. */
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
    // Created first: its `ready` listener must count the connection before the check below.
    this.#repair = new Repair(options)
    const { commands, subscriber } = options.connections
    commands.on('ready', () => {
      this.#checked = this.#checkAll()
    })
    // Updates on a new connection may belong to another history.
    for (const connection of [commands, subscriber]) connection.on('ready', () => this.#doubt())
    this.#followers = new Followers(options.onFollowerError)
    options.subscriptions.onRestored(() => void this.#checkAll())
  }

  /** Starts polling the positions of the followed rooms. Call once. */
  start(): void {
    this.#checkLater()
  }

  /**
   * Subscribes first, then makes sure that the room exists. A caller that reads the room afterwards misses nothing.
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

  /**
   * Resolves once all rooms have been checked over the present connection, so that lost entries are restored before other
   * writes.
   */
  get checked(): Promise<void> {
    return this.#checked
  }

  /** A room is being created; it has no followers yet. */
  made(roomId: RoomId, epoch: string): void {
    this.#repair.made(roomId, epoch)
  }

  /** Records entries that this node has written. @param command `<member> <command>` and its kind */
  wrote(roomId: RoomId, entries: readonly Entry[], command?: readonly [string, string]): void {
    if (this.#repair.wrote(roomId, entries, command)) void this.#check(roomId)
  }

  /** Records text that this node has written. */
  wroteText({ roomId, generationId }: TextOf, delta: Delta): void {
    this.#repair.addText(roomId, delta, generationId)
  }

  /** The room was deleted. */
  removed(roomId: RoomId, epoch: string): void {
    this.#repair.removed(roomId, epoch)
  }

  /** The fingerprint of the entry at an offset, if that is the last entry known here; else null. */
  fingerprintAt(roomId: RoomId, offset: number): string | null {
    return this.#repair.fingerprintAt(roomId, offset)
  }

  /** Checks one room now. @returns whether lost entries or commands were restored */
  async recheck(roomId: RoomId): Promise<boolean> {
    return this.#repair.remembers(roomId) && this.#check(roomId)
  }

  /** Checks all rooms now; resolves when their followers have been told. */
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
      // The deletion of an earlier room with this id may still arrive.
      if (!this.#repair.isOf(roomId, update.epoch)) return
      // If the room comes back after a loss, the node that deleted it may be gone: this one deletes it again.
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

  /** Tells followers that the next updates may belong to another history. */
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

  /** Reads the position of every room, and tells its followers a little later. */
  async #checkAll(): Promise<void> {
    const rooms = this.#repair.ids
    for (let from = 0; from < rooms.length; from += BATCH)
      await Promise.all(rooms.slice(from, from + BATCH).map((roomId) => this.#check(roomId)))
    // ignored because: the storage is unreachable; the next check comes soon
    const back = await this.#repair.unremoved().catch(() => [])
    for (const roomId of back) this.#options.onUnremoved(roomId)
  }

  /** @returns whether lost entries or commands were restored */
  async #check(roomId: RoomId): Promise<boolean> {
    const followed = this.#rooms.get(roomId)
    try {
      const { stand, isBack } = await this.#repair.check(roomId)
      if (followed)
        this.#options.clock.after(GRACE_MS, () => this.#tellStand(roomId, followed, stand))
      if (!this.#rooms.has(roomId)) this.#repair.letGo(roomId)
      return isBack
    } catch (error) {
      // While the storage is unreachable there is nothing to tell; the next check comes soon.
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
