// Finds generations without a living owner, and waiting questions, in all rooms. One node at a time does so for all nodes.
//
// A lease is judged by the storage's clock only, and only after this node has seen the storage reachable for a whole lease:
// before that, a living owner may not have been able to renew.
import type { GenerationId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import type { Lapsed, LapsedRoom } from '../entry-log.ts'
import type { Caller } from './caller.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms checked at the same time. */
const BATCH = 100
/** An answer that took less than this was not delayed on the way, ms. */
const AT_ONCE_MS = 500
/** How far the storage's clock may run ahead of ours between two sweeps, ms. */
const FORWARD_MS = 1000
/** Sweeps are a second apart. If the gap is longer than this, the machine has slept or could not reach the storage, ms. */
const ASLEEP_MS = 3000
/** How long a room in which nothing runs is swept after its last touch, ms: longer than any command can be on its way. */
const FORGET_MS = 10_000

/** The answer of lapsed.lua. */
type LookAnswer = readonly [
  state: 'idle' | 'waits' | 'lives' | 'lapsed',
  id: GenerationId,
  now?: string,
]

interface LeasesOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  readonly clock: Clock
  /** Its `time` learns the storage's clock from every sweep. */
  readonly caller: Caller
  readonly newId: () => string
  readonly leaseMs: number
}

export class Leases {
  readonly #options: LeasesOptions
  readonly #node: string
  readonly #underWay = new Set<Promise<void>>()
  #thereSince: number
  /** When this node last checked, even if it was not allowed to judge, ms. */
  #lastCheck: number | null = null
  #lastSweep: { readonly now: number; readonly at: number } | null = null

  constructor(options: LeasesOptions) {
    this.#options = options
    this.#node = options.newId()
    this.#thereSince = options.clock.now()
    options.connections.commands.on('ready', () => this.#wasAway())
  }

  /** Records that something may run in a room from now on. Every heartbeat repeats this, so a lost call does no harm. */
  touch(roomId: RoomId): void {
    const { connections, scripts, keys } = this.#options
    this.#inBackground(connections.run(scripts.touch, [keys.active[0]], [roomId]))
  }

  /** The room was deleted. */
  forget(roomId: RoomId): void {
    const { connections, keys } = this.#options
    this.#inBackground(connections.commands.zrem(keys.active[0], roomId))
  }

  /** Resolves once no call is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** See EntryLog. Gives no rooms while another node sweeps, or while this one may not judge. */
  async lapsed(): Promise<Lapsed> {
    const { connections, keys } = this.#options
    // Lets another node sweep next.
    const pass = async () => void (await connections.commands.del(keys.active[1]))
    this.#noticeSleep()
    if (!this.#mayJudge()) return { rooms: [], pass }
    const swept = await this.#sweep()
    if (swept === null || !this.#mayJudge()) return { rooms: [], pass }
    const rooms: LapsedRoom[] = []
    for (let from = 0; from < swept.rooms.length; from += BATCH) {
      const some = swept.rooms.slice(from, from + BATCH)
      // ignored because: a room on an unreachable master is checked by the next sweep; it must not hold up the others
      const checks = some.map((roomId) => this.#check(roomId, swept.now).catch(() => null))
      rooms.push(...(await Promise.all(checks)).filter((found) => found !== null))
    }
    return { rooms, pass }
  }

  /** For calls that nobody waits for and that may fail, since they are repeated. */
  #inBackground(work: Promise<unknown>): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    )
    this.#underWay.add(done)
    void done.then(() => this.#underWay.delete(done))
  }

  /** Whether the storage has been reachable for a whole lease, so that every living owner has renewed its lease. */
  #mayJudge(): boolean {
    const { clock, leaseMs } = this.#options
    // This node's clock may have been set back.
    if (clock.now() < this.#thereSince) this.#thereSince = clock.now()
    return clock.now() - this.#thereSince >= leaseMs
  }

  /** While the machine slept, owners on it could not renew their leases. */
  #noticeSleep(): void {
    const now = this.#options.clock.now()
    if (this.#lastCheck !== null && now - this.#lastCheck > ASLEEP_MS) this.#wasAway()
    this.#lastCheck = now
  }

  /** The storage's time and the rooms to check; null while another node sweeps. */
  async #sweep(): Promise<{ now: number; rooms: readonly RoomId[] } | null> {
    const { connections, scripts, keys, leaseMs, clock, caller } = this.#options
    const values = [this.#node, Math.ceil(leaseMs / 3)]
    const asked = clock.now()
    const sweeping = connections.run(scripts.sweep, keys.active, values)
    const [state, told, rooms] = (await sweeping.catch((error: unknown) => {
      this.#wasAway()
      throw error
    })) as [string, string, RoomId[]]
    const now = Number(told)
    caller.time.learn(asked, now)
    // If the storage's clock was set forward, leases may have run out before their owners could renew them.
    const last = this.#lastSweep
    const passed = last ? clock.now() - last.at : 0
    if (last && now - last.now > passed + FORWARD_MS) this.#wasAway()
    this.#lastSweep = { now, at: asked }
    return state === 'ok' ? { now, rooms } : null
  }

  /** @returns null if the room needs no recovery; an idle room is no longer swept */
  async #check(roomId: RoomId, sweptAt: number): Promise<LapsedRoom | null> {
    const { connections, scripts, keys, clock } = this.#options
    const asked = clock.now()
    const answer = await connections.run(scripts.lapsed, keys.all(roomId))
    const [state, id, looked] = answer as LookAnswer
    switch (state) {
      case 'lapsed':
        // The answer was delayed: the storage was unreachable meanwhile, so no owner could renew.
        if (clock.now() - asked > AT_ONCE_MS) return null
        return { roomId, running: { id, looked: Number(looked) } }
      case 'waits':
        return { roomId, running: null }
      case 'idle':
        await connections.run(
          scripts['forget-room'],
          [keys.active[0]],
          [roomId, sweptAt - FORGET_MS],
        )
        return null
      case 'lives':
        return null
    }
  }

  /** Owners may not have been able to renew their leases until now. */
  #wasAway(): void {
    this.#thereSince = this.#options.clock.now()
  }
}
