// Follows the channels of rooms for this node, and looks now and then whether anything was missed: what is published is
// delivered at most once, and a subscription may fall silent without an error.
//
// Guarantees: a follower is told in the order of the log; every LOOK_MS it is told where the storage stands, long
// enough after the look that what was published before it has arrived if it ever will; so nothing stays unnoticed.
// Where the storage has lost what was followed, it is given what this node knows of the last seconds (repair/restoring.ts).
import type { Delta, Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import { refusalOf } from '../../redis/refusals.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
import { Followers } from '../followers.ts'
import type { Follower } from '../room-log.ts'
import type { Dockets } from './dockets.ts'
import {
  type Followed,
  lastOf,
  notice,
  type Stand,
  standIn,
  type TextOf,
} from './repair/followed.ts'
import { parseFrame } from './frames.ts'
import type { Keys } from './keys.ts'
import { markOf, Recent } from './repair/recent.ts'
import { RemovedRooms } from './repair/removed-rooms.ts'
import { Restoring } from './repair/restoring.ts'
import type { Scripts } from './scripts.ts'

/** How often every followed room is looked at, ms. */
const LOOK_MS = 2500
/** By then a frame that was published before the look has arrived, ms. */
const GRACE_MS = 500
/** Rooms looked at in one go. */
const BATCH = 200
/** What was written is remembered so long while the storage is there, ms. */
const REMEMBER_MS = 10_000
/** Stands for no links at all. */
const DOUBTED = -1

/** Those of a frame are of this version, or of a later one and only passed on. */
type HeardEntries = { readonly epoch: string; readonly entries: readonly Entry[] }

export interface FollowingOptions {
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly scripts: Scripts
  readonly keys: Keys
  /** Hears what is written, too. */
  readonly dockets: Dockets
  readonly clock: Clock
  readonly newId: () => string
  /** Hears what a follower throws, and what goes wrong here and is not about the storage. */
  readonly onFollowerError: (error: unknown) => void
  /** Hears that the storage has lost what was followed already; the room has a new epoch now. */
  readonly onLost: (roomId: RoomId) => void
  /** Hears how many entries were written again, and how many had no place any more. */
  readonly onReasserted: (roomId: RoomId, written: number, missing: number) => void
  /** Hears of a room that this node had removed and that the storage has again. */
  readonly onUnremoved: (roomId: RoomId) => void
}

export class Following {
  readonly #options: FollowingOptions
  readonly #followers: Followers
  readonly #rooms = new Map<RoomId, Followed>()
  readonly #removed = new RemovedRooms(REMEMBER_MS)
  readonly #restoring: Restoring
  #stopLook: (() => void) | null = null
  #closed = false
  /** Counts connections: only with a new one can a whole room be lost. */
  #connection = 0
  /**
   * Counts connections of both kinds. What comes by a new one may go on from another history than the one that was followed
   * here, so nothing is taken to follow from it until it has been looked for.
   */
  #links = 0
  #checked: Promise<void> = Promise.resolve()

  constructor(options: FollowingOptions) {
    this.#options = options
    this.#restoring = new Restoring(options)
    options.connections.commands.on('ready', () => {
      this.#connection += 1
      this.#links += 1
      this.#checked = this.#look()
    })
    options.connections.subscriber.on('ready', () => (this.#links += 1))
    this.#followers = new Followers(options.onFollowerError)
    options.subscriptions.onRestored(() => void this.#look())
    this.#lookLater()
  }

  /**
   * Subscribes first, then makes sure that there is such a room. Whoever reads afterwards misses nothing.
   * @throws Refusal `room-not-found`
   */
  async follow(roomId: RoomId, follower: Follower): Promise<() => void> {
    await this.#checked
    const followed = this.#use(roomId)
    followed.count += 1
    try {
      await (followed.subscribed ??= this.#subscribe(roomId))
      const stand = await this.#standOf(roomId, 0)
      if (!stand) throw new Refusal('room-not-found')
      this.#heardOf(followed, stand.epoch, stand)
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

  /** Resolves when all rooms have been looked at since there is this connection: what was lost comes first. */
  get checked(): Promise<void> {
    return this.#checked
  }

  /** A room is being made; nobody follows it yet. */
  made(roomId: RoomId, epoch: string): void {
    const followed = this.#use(roomId)
    if (followed.epoch === '') Object.assign(followed, { epoch, wasTold: false })
  }

  /**
   * Notes what this node has written itself: also what nobody ever hears of was acknowledged.
   * @param command `<member> <command>` and its kind
   */
  wrote(roomId: RoomId, entries: readonly Entry[], command?: readonly [string, string]): void {
    const followed = this.#rooms.get(roomId)
    if (!followed || entries.length === 0) return
    this.#take(roomId, followed, { epoch: followed.epoch, entries })
    if (command) followed.recent.addDone(...command, entries, this.#now())
  }

  /** The same for text. */
  wroteText({ roomId, generationId }: TextOf, delta: Delta): void {
    this.#rooms.get(roomId)?.recent.addText(delta, this.#now(), generationId)
  }

  /** The room is gone for good. */
  removed(roomId: RoomId, epoch: string): void {
    this.#rooms.get(roomId)?.recent.clear()
    this.#removed.add(roomId, epoch, this.#now())
  }

  /** Tells the entry at an offset from any other, if it is the last one known here; else null. */
  markAt(roomId: RoomId, offset: number): string | null {
    const followed = this.#rooms.get(roomId)
    return followed?.offset === offset ? followed.mark : null
  }

  /** Looks at one room now. @returns whether something that was lost is there again */
  async recheck(roomId: RoomId): Promise<boolean> {
    const followed = this.#rooms.get(roomId)
    return followed !== undefined && !followed.recent.isEmpty && this.#lookAt(roomId, followed)
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
    this.#removed.clear()
  }

  #use(roomId: RoomId): Followed {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const followed: Followed = {
      subscribed: null,
      count: 0,
      epoch: '',
      wasTold: true,
      offset: 0,
      mark: '',
      recent: new Recent(),
      owes: null,
      connection: this.#connection,
      sureOf: this.#links,
    }
    this.#rooms.set(roomId, followed)
    return followed
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
    this.#letGo(roomId, followed)
  }

  /** Unless somebody follows, or something is remembered. */
  #letGo(roomId: RoomId, followed: Followed): void {
    if (followed.count > 0 || !followed.recent.isEmpty) return
    if (this.#rooms.get(roomId) === followed) this.#rooms.delete(roomId)
  }

  #hear(roomId: RoomId, frame: string): void {
    const followed = this.#rooms.get(roomId)
    if (!followed || this.#closed) return
    const update = parseFrame(frame)
    if ('type' in update && update.type === 'deleted') {
      // That of an earlier room of this name may still be under way.
      if (update.epoch !== followed.epoch) return
      // Whoever has removed it may be gone when it is there again.
      this.removed(roomId, update.epoch)
      this.#followers.tell(roomId, { type: 'deleted' })
      return
    }
    if ('type' in update) {
      if (update.epoch === followed.epoch) followed.wasTold = true
      this.#options.dockets.heard(roomId, update.epoch, update.entries as readonly Entry[])
      this.#take(roomId, followed, update as HeardEntries)
    } else followed.recent.addText(update, this.#now())
    this.#followers.tell(roomId, update)
  }

  #take(roomId: RoomId, followed: Followed, { epoch, entries }: HeardEntries): void {
    const { offset, recent } = followed
    const [first] = entries
    // It stands in the place of what was followed.
    const isOther = first !== undefined && first.offset <= offset && !recent.has(markOf(first))
    const isAmiss = followed.epoch !== epoch || isOther
    recent.addEntries(entries, this.#now())
    if (isOther) followed.sureOf = DOUBTED
    this.#heardOf(followed, epoch, lastOf(entries))
    if (isAmiss && !recent.isEmpty) void this.#lookAt(roomId, followed)
  }

  /** Moves on, unless it is not sure that this goes on from what was followed. */
  #heardOf(
    followed: Followed,
    epoch: string,
    entry: { readonly offset: number; readonly mark: string } | undefined,
  ): void {
    const isSure = followed.sureOf === this.#links || followed.offset === 0
    if (isSure || followed.epoch !== epoch) notice(followed, epoch, entry)
  }

  #now(): number {
    return this.#options.clock.now()
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
    await Promise.all(this.#removed.ids.map((roomId) => this.#lookAtRemoved(roomId)))
  }

  async #lookAtRemoved(roomId: RoomId): Promise<void> {
    const asked = this.#now()
    try {
      const stand = await this.#standOf(roomId, 0)
      if (this.#removed.isBack(roomId, stand, asked)) this.#options.onUnremoved(roomId)
    } catch {
      // ignored because: while the storage is away nothing is known; the next look comes soon
    }
  }

  /** @returns whether something that was lost is there again */
  async #lookAt(roomId: RoomId, followed: Followed): Promise<boolean> {
    const { epoch, offset, mark } = followed
    const [connection, links] = [this.#connection, this.#links]
    const asked = this.#now()
    try {
      const stand = await this.#standOf(roomId, offset)
      const isGone = stand === null && followed.connection !== connection
      const isLost = offset > 0 && stand?.epoch === epoch && stand.askedMark !== mark
      if (isGone || isLost) {
        const isBack = await this.#reassert(roomId, followed, {
          epoch,
          offset,
          mark,
          wasTold: true,
        })
        followed.connection = connection
        return (await this.#lookAt(roomId, followed)) || isBack
      }
      followed.sureOf = links
      if (stand) {
        if (stand.epoch === followed.epoch) followed.wasTold = true
        notice(followed, stand.epoch, stand)
      }
      const { owes } = followed
      const isBack =
        owes !== null && (await this.#reassert(roomId, followed, { ...owes, offset: 0, mark: '' }))
      if (followed.owes === owes) followed.owes = null
      followed.connection = connection
      followed.recent.forgetBefore(asked - REMEMBER_MS)
      this.#options.clock.after(GRACE_MS, () => this.#tellStand(roomId, followed, stand))
      this.#letGo(roomId, followed)
      return isBack
    } catch (error) {
      // While the storage is away there is nothing to tell; the next look comes soon.
      if (!(refusalOf(error) instanceof Refusal)) this.#options.onFollowerError(error)
      return false
    }
  }

  /** @returns whether anything was lost: the script looks again */
  async #reassert(
    roomId: RoomId,
    followed: Followed,
    known: Pick<Followed, 'epoch' | 'offset' | 'mark' | 'wasTold'>,
  ): Promise<boolean> {
    const done = await this.#restoring.run(roomId, known, followed.recent)
    if (!done) return false
    const { turned, written, missing } = done
    if (turned !== null) {
      this.#options.onLost(roomId)
      // Where it stands in there is seen by the next look.
      Object.assign(followed, { epoch: turned, offset: 0, mark: '', owes: null })
    }
    if (written > 0 || (turned !== null && missing > 0))
      this.#options.onReasserted(roomId, written, missing)
    return turned !== null || written > 0
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
    return standIn(answer)
  }
}
