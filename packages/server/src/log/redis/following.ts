// Follows the channels of rooms for this node, and looks now and then whether anything was missed: what is published is
// delivered at most once, and a subscription may fall silent without an error.
//
// Guarantees: a follower is told in the order of the log; every LOOK_MS it is told where the storage stands, long
// enough after the look that what was published before it has arrived if it ever will; so nothing stays unnoticed.
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
import { Followers } from '../followers.ts'
import type { Follower } from '../room-log.ts'
import { parseFrame } from './frames.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** How often every followed room is looked at, ms. */
const LOOK_MS = 2500
/** By then a frame that was published before the look has arrived, ms. */
const GRACE_MS = 500
/** Rooms looked at in one go. */
const BATCH = 200

interface Followed {
  /** Confirmed by Redis; gives what ends it. */
  readonly subscribed: Promise<() => void>
  count: number
  epoch: string
  /** The last entry known of in this epoch, and when it was written, ms. */
  offset: number
  at: number
}

/** Where a room stands in the storage. */
interface Stand {
  readonly epoch: string
  readonly offset: number
  readonly end: number
  readonly at: number
  /** When the entry was written that was asked for; null when there is none. */
  readonly askedAt: number | null
}

export interface FollowingOptions {
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly scripts: Scripts
  readonly keys: Keys
  readonly clock: Clock
  readonly newId: () => string
  /** Hears what a follower throws. */
  readonly onFollowerError: (error: unknown) => void
  /** Hears that the storage has lost what was followed already. */
  readonly onLost: (roomId: RoomId) => void
}

export class Following {
  readonly #options: FollowingOptions
  readonly #followers: Followers
  readonly #rooms = new Map<RoomId, Followed>()
  #stopLook: (() => void) | null = null
  #closed = false

  constructor(options: FollowingOptions) {
    this.#options = options
    this.#followers = new Followers(options.onFollowerError)
    options.subscriptions.onRestored(() => void this.#look())
    this.#lookLater()
  }

  /**
   * Subscribes first, then makes sure that there is such a room. Whoever reads afterwards misses nothing.
   * @throws Refusal `room-not-found`
   */
  async follow(roomId: RoomId, follower: Follower): Promise<() => void> {
    const followed = this.#use(roomId)
    followed.count += 1
    try {
      await followed.subscribed
      const { connections, keys } = this.#options
      const channel = keys.channel(roomId)
      const [epoch, offset, at] = await connections.commands.hmget(channel, 'epoch', 'offset', 'at')
      if (epoch == null) throw new Refusal('room-not-found')
      notice(followed, epoch, { offset: Number(offset), at: Number(at) })
    } catch (error) {
      this.#release(roomId, followed)
      throw error
    }
    const unfollow = this.#followers.add(roomId, follower)
    let released = false
    return () => {
      unfollow()
      if (!released) this.#release(roomId, followed)
      released = true
    }
  }

  /** Notes what this node has written itself: also what nobody ever hears of was acknowledged. */
  wrote(roomId: RoomId, entry: Entry | undefined): void {
    const followed = this.#rooms.get(roomId)
    if (followed && entry) notice(followed, followed.epoch, entry)
  }

  /** When the entry at an offset was written, if it is the last one known here; else null. */
  writtenAt(roomId: RoomId, offset: number): number | null {
    const followed = this.#rooms.get(roomId)
    return followed?.offset === offset ? followed.at : null
  }

  /** Looks at all rooms now; resolves when their followers have been told. */
  async catchUp(): Promise<void> {
    await this.#look()
    await new Promise<void>((resolve) => void this.#options.clock.after(GRACE_MS, resolve))
  }

  close(): void {
    this.#closed = true
    this.#stopLook?.()
    this.#followers.clear()
    this.#rooms.clear()
  }

  #use(roomId: RoomId): Followed {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const { subscriptions, keys } = this.#options
    const hear = (frame: string) => this.#hear(roomId, frame)
    const subscribed = subscriptions.subscribe(keys.channel(roomId), hear)
    const followed = { subscribed, count: 0, epoch: '', offset: 0, at: 0 }
    this.#rooms.set(roomId, followed)
    return followed
  }

  #release(roomId: RoomId, followed: Followed): void {
    followed.count -= 1
    if (followed.count > 0) return
    if (this.#rooms.get(roomId) === followed) this.#rooms.delete(roomId)
    followed.subscribed.then(
      (unsubscribe) => unsubscribe(),
      () => undefined,
    )
  }

  #hear(roomId: RoomId, frame: string): void {
    const followed = this.#rooms.get(roomId)
    if (!followed || this.#closed) return
    const update = parseFrame(frame)
    if ('type' in update && update.type === 'deleted') {
      // That of an earlier room of this name may still be under way.
      if (update.epoch === followed.epoch) this.#followers.tell(roomId, { type: 'deleted' })
      return
    }
    if ('type' in update) notice(followed, update.epoch, update.entries.at(-1))
    this.#followers.tell(roomId, update)
  }

  #lookLater(): void {
    this.#stopLook = this.#options.clock.after(LOOK_MS, () => {
      void this.#look().finally(() => {
        if (!this.#closed) this.#lookLater()
      })
    })
  }

  /** Looks where every followed room stands, and tells its followers a little later. */
  async #look(): Promise<void> {
    const rooms = [...this.#rooms]
    for (let from = 0; from < rooms.length; from += BATCH) {
      const batch = rooms.slice(from, from + BATCH)
      await Promise.all(batch.map(([roomId, followed]) => this.#lookAt(roomId, followed)))
    }
  }

  async #lookAt(roomId: RoomId, followed: Followed): Promise<void> {
    const { epoch, offset, at } = followed
    try {
      const stand = await this.#standOf(roomId, offset)
      const isLost = offset > 0 && stand?.epoch === epoch && stand.askedAt !== at
      if (isLost && (await this.#rotate(roomId, { epoch, offset, at }))) {
        this.#options.onLost(roomId)
        return await this.#lookAt(roomId, followed)
      }
      if (stand) notice(followed, stand.epoch, stand)
      this.#options.clock.after(GRACE_MS, () => this.#tellStand(roomId, followed, stand))
    } catch {
      // ignored because: while the storage is away there is nothing to tell; the next look comes soon
    }
  }

  #tellStand(roomId: RoomId, followed: Followed, stand: Stand | null): void {
    if (this.#closed || this.#rooms.get(roomId) !== followed) return
    if (!stand) return this.#followers.tell(roomId, { type: 'deleted' })
    const { epoch, offset, end } = stand
    this.#followers.tell(roomId, { type: 'heartbeat', epoch, offset, end })
  }

  /** Gives null when there is no such room any more. */
  async #standOf(roomId: RoomId, asked: number): Promise<Stand | null> {
    const { connections, scripts, keys } = this.#options
    const names = [...keys.room(roomId), keys.generations(roomId)]
    const answer = (await connections.run(scripts.position, names, [asked])) as string[]
    const [state, epoch = '', offset, end, askedAt, at] = answer
    if (state !== 'ok') return null
    return {
      epoch,
      offset: Number(offset),
      end: Number(end),
      at: Number(at),
      askedAt: askedAt === '' ? null : Number(askedAt),
    }
  }

  /** @returns whether it was true: the script looks again */
  async #rotate(
    roomId: RoomId,
    { epoch, offset, at }: Pick<Followed, 'epoch' | 'offset' | 'at'>,
  ): Promise<boolean> {
    const { connections, scripts, keys, newId } = this.#options
    const names = [...keys.room(roomId), keys.checkpoint(roomId)]
    const values = [epoch, offset, at, newId()]
    const answer = (await connections.run(scripts['rotate-epoch'], names, values)) as string[]
    return answer[1] === '1'
  }
}

function notice(
  followed: Followed,
  epoch: string,
  entry: { readonly offset: number; readonly at: number } | undefined,
): void {
  if (followed.epoch === epoch && (entry === undefined || entry.offset <= followed.offset)) return
  followed.epoch = epoch
  followed.offset = entry?.offset ?? 0
  followed.at = entry?.at ?? 0
}
