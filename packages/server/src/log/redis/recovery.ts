// Finds what no living owner runs, in all rooms. One node at a time does it, for all.
//
// An owner is judged by the storage's clock only, and only when the storage has been there for a whole lease, as this
// node has seen it: before, a living owner may not have been able to renew.
import type { GenerationEnded, GenerationId, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import type { RedisTime } from '../../redis/redis-time.ts'
import { INTERRUPTED, type Started, type Waiting } from '../room-log.ts'
import type { Dockets } from './dockets.ts'
import type { Judge } from './judge.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms looked at in one go. */
const BATCH = 100
/** How often an end is tried again by another clock. */
const MOST_LOOKS = 4
/** An answer that came faster was not held up on the way, ms. */
const AT_ONCE_MS = 500
/** How far the storage's clock may run ahead of ours between two sweeps, ms. */
const FORWARD_MS = 1000
/** Looks are a second apart; when they are not, this node has slept or could not reach the storage, ms. */
const ASLEEP_MS = 3000
/** A room in which nothing runs is looked after so long after its last touch, ms: longer than any command is under way. */
const FORGET_MS = 10_000

/** What lapsed.lua answers. */
type Look = readonly [state: string, id: string, now?: string]

export interface RecoveryOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  readonly dockets: Dockets
  readonly judge: Judge
  readonly clock: Clock
  /** Learns from every look at the storage's clock. */
  readonly time: RedisTime
  readonly newId: () => string
  readonly leaseMs: number
  /** Hears of a generation that had lost its node and was ended here. */
  readonly onInterrupted: (ended: GenerationEnded & { readonly roomId: RoomId }) => void
}

export class Recovery {
  readonly #options: RecoveryOptions
  readonly #node: string
  readonly #underWay = new Set<Promise<void>>()
  #thereSince: number
  /** When this node looked last, whether or not it might judge, ms. */
  #lastLook: number | null = null
  #lastSweep: { readonly now: number; readonly at: number } | null = null

  constructor(options: RecoveryOptions) {
    this.#options = options
    this.#node = options.newId()
    this.#thereSince = options.clock.now()
    options.connections.commands.on('ready', () => this.#wasAway())
  }

  /** Notes that something may run in a room from now on. Said again by every sign of life: one that is lost does no harm. */
  touch(roomId: RoomId): void {
    const { connections, scripts, keys } = this.#options
    this.#inBackground(connections.run(scripts.touch, [keys.active[0]], [roomId]))
  }

  /** The room is gone. */
  forget(roomId: RoomId): void {
    const { connections, keys } = this.#options
    this.#inBackground(connections.commands.zrem(keys.active[0], roomId))
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** @returns what was started and is the caller's to run; nothing while another node looks after it */
  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[],
  ): Promise<readonly Started[]> {
    this.#noticeSleep()
    if (!this.#mayJudge()) return []
    const swept = await this.#sweep()
    if (swept === null || !this.#mayJudge()) return []
    const looked = await eachOf(swept.rooms, (roomId) => this.#recoverRoom(roomId, swept.now, null))
    const waiting = looked.flatMap((found) => (found && 'since' in found ? [found] : []))
    const chosen = choose(waiting)
    // Another node may have a place for the others, so it is to look next.
    if (chosen.length < waiting.length)
      await this.#options.connections.commands.del(this.#options.keys.active[1])
    const started = await eachOf(chosen, ({ roomId, by }) =>
      this.#recoverRoom(roomId, swept.now, { id: newId(), by }),
    )
    return started.flatMap((found) => (found && 'fence' in found ? [found] : []))
  }

  /** What nobody waits for, and what may fail: it is said again. */
  #inBackground(work: Promise<unknown>): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    )
    this.#underWay.add(done)
    void done.then(() => this.#underWay.delete(done))
  }

  /** Whether the storage has been there for a whole lease, so that every living owner has shown itself. */
  #mayJudge(): boolean {
    const { clock, leaseMs } = this.#options
    // This clock may have been set back.
    if (clock.now() < this.#thereSince) this.#thereSince = clock.now()
    return clock.now() - this.#thereSince >= leaseMs
  }

  /** Owners could not renew their leases while this whole machine slept, and them with it. */
  #noticeSleep(): void {
    const now = this.#options.clock.now()
    if (this.#lastLook !== null && now - this.#lastLook > ASLEEP_MS) this.#wasAway()
    this.#lastLook = now
  }

  /** The storage's time and the rooms to look at; null while another node does it. */
  async #sweep(): Promise<{ now: number; rooms: readonly RoomId[] } | null> {
    const { connections, scripts, keys, leaseMs, clock, time } = this.#options
    const values = [this.#node, Math.ceil(leaseMs / 3)]
    const asked = clock.now()
    const sweeping = connections.run(scripts.sweep, keys.active, values)
    const [state, told, rooms] = (await sweeping.catch((error: unknown) => {
      this.#wasAway()
      throw error
    })) as [string, string, RoomId[]]
    const now = Number(told)
    time.learn(asked, now)
    // Owners could not renew leases that have ended because the storage's clock was set forward.
    const last = this.#lastSweep
    const passed = last ? clock.now() - last.at : 0
    if (last && now - last.now > passed + FORWARD_MS) this.#wasAway()
    this.#lastSweep = { now, at: asked }
    return state === 'ok' ? { now, rooms } : null
  }

  /**
   * @param next what may be started there: an id for it, and whose question it is to be
   * @returns what was started, or else what waits there to be
   */
  async #recoverRoom(
    roomId: RoomId,
    sweptAt: number,
    next: { readonly id: GenerationId; readonly by: MemberId } | null,
  ): Promise<Started | Waiting | null> {
    const { connections, scripts, keys, judge, clock, onInterrupted } = this.#options
    const look = async () => (await connections.run(scripts.lapsed, keys.all(roomId))) as Look
    const asked = clock.now()
    const [found, lapsed, lookedAt] = await look()
    let state = found
    if (found === 'lapsed') {
      // The storage was away meanwhile, and no owner could show itself.
      if (clock.now() - asked > AT_ONCE_MS) return null
      const ended = await this.#interrupt(roomId, lapsed, Number(lookedAt))
      if (ended === null) return null
      onInterrupted({ ...ended, roomId })
      state = (await look())[0]
    }
    if (state === 'waits' && next !== null) {
      const { id: generationId, by } = next
      return (await judge.command(roomId, { type: 'promote', generationId, by })).started
    }
    const waiting = state === 'waits' ? await this.#waiting(roomId) : null
    if (state !== 'lives' && waiting === null) {
      const values = [roomId, sweptAt - FORGET_MS]
      await connections.run(scripts['forget-room'], [keys.active[0]], values)
    }
    return waiting
  }

  /** The question that waits first, by what the storage has; what is known here may be behind. */
  async #waiting(roomId: RoomId): Promise<Waiting | null> {
    const { queue, held } = (await this.#options.dockets.read(roomId)).docket
    const [head] = queue
    return head && !held ? { roomId, by: head.by, since: head.at } : null
  }

  /** @returns its end; null when it lives, or has ended meanwhile */
  async #interrupt(
    roomId: RoomId,
    generationId: GenerationId,
    lookedAt: number,
  ): Promise<GenerationEnded | null> {
    const { clock, judge } = this.#options
    const end = { generationId, outcome: 'interrupted', error: INTERRUPTED, next: null } as const
    let looked = lookedAt
    for (let look = 0; look < MOST_LOOKS; look++) {
      const asked = clock.now()
      const result = await judge.end(roomId, end, { looked })
      if (result.ok) return result.ended
      // Answered at once: it is the clock of another master. Else the storage was away meanwhile.
      if (result.refused !== 'stale' || clock.now() - asked > AT_ONCE_MS) return null
      looked = result.now
    }
    return null
  }

  /** Owners could not show themselves meanwhile. */
  #wasAway(): void {
    this.#thereSince = this.#options.clock.now()
  }
}

/**
 * Does work for each, some at a time. One that fails, on a master that is away, is looked at again with the next sweep; the
 * others are not to wait.
 */
async function eachOf<T, Found>(
  all: readonly T[],
  work: (one: T) => Promise<Found>,
): Promise<Found[]> {
  const found: Found[] = []
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = await Promise.allSettled(all.slice(from, from + BATCH).map(work))
    for (const one of batch) if (one.status === 'fulfilled') found.push(one.value)
  }
  return found
}
