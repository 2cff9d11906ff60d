// Finds what no living owner runs, in all rooms, and what waits there. One node at a time does it, for all.
//
// An owner is judged by the storage's clock only, and only when the storage has been there for a whole lease, as this
// node has seen it: before, a living owner may not have been able to renew.
import type { GenerationId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import type { Lapsed, LapsedRoom } from '../entry-log.ts'
import type { Caller } from './caller.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms looked at in one go. */
const BATCH = 100
/** An answer that came faster was not held up on the way, ms. */
const AT_ONCE_MS = 500
/** How far the storage's clock may run ahead of ours between two sweeps, ms. */
const FORWARD_MS = 1000
/** Looks are a second apart; when they are not, this node has slept or could not reach the storage, ms. */
const ASLEEP_MS = 3000
/** A room in which nothing runs is looked after so long after its last touch, ms: longer than any command is under way. */
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
  /** Its time learns from every look at the storage's clock. */
  readonly caller: Caller
  readonly newId: () => string
  readonly leaseMs: number
}

export class Leases {
  readonly #options: LeasesOptions
  readonly #node: string
  readonly #underWay = new Set<Promise<void>>()
  #thereSince: number
  /** When this node looked last, whether or not it might judge, ms. */
  #lastCheck: number | null = null
  #lastSweep: { readonly now: number; readonly at: number } | null = null

  constructor(options: LeasesOptions) {
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

  /** See EntryLog. Nothing while another node looks, or this one may not judge. */
  async lapsed(): Promise<Lapsed> {
    const { connections, keys } = this.#options
    // The node that looks next is another one.
    const pass = async () => void (await connections.commands.del(keys.active[1]))
    this.#noticeSleep()
    if (!this.#mayJudge()) return { rooms: [], pass }
    const swept = await this.#sweep()
    if (swept === null || !this.#mayJudge()) return { rooms: [], pass }
    const rooms: LapsedRoom[] = []
    for (let from = 0; from < swept.rooms.length; from += BATCH) {
      const some = swept.rooms.slice(from, from + BATCH)
      // ignored because: a room on a master that is away is looked at with the next sweep; the others are not to wait
      const checks = some.map((roomId) => this.#check(roomId, swept.now).catch(() => null))
      rooms.push(...(await Promise.all(checks)).filter((found) => found !== null))
    }
    return { rooms, pass }
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
    if (this.#lastCheck !== null && now - this.#lastCheck > ASLEEP_MS) this.#wasAway()
    this.#lastCheck = now
  }

  /** The storage's time and the rooms to look at; null while another node does it. */
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
    // Owners could not renew leases that have ended because the storage's clock was set forward.
    const last = this.#lastSweep
    const passed = last ? clock.now() - last.at : 0
    if (last && now - last.now > passed + FORWARD_MS) this.#wasAway()
    this.#lastSweep = { now, at: asked }
    return state === 'ok' ? { now, rooms } : null
  }

  /** @returns null where nothing is to be done; then it is not looked at any more */
  async #check(roomId: RoomId, sweptAt: number): Promise<LapsedRoom | null> {
    const { connections, scripts, keys, clock } = this.#options
    const asked = clock.now()
    const answer = await connections.run(scripts.lapsed, keys.all(roomId))
    const [state, id, looked] = answer as LookAnswer
    switch (state) {
      case 'lapsed':
        // Held up on the way, it was away meanwhile: no owner could show itself.
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

  /** Owners could not show themselves meanwhile. */
  #wasAway(): void {
    this.#thereSince = this.#options.clock.now()
  }
}
