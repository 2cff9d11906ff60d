// Finds what no living owner runs, in all rooms. One node at a time does it, for all.
//
// An owner is judged by the storage's clock only, and only when the storage has been there for a whole lease, as this
// node has seen it: before, a living owner may not have been able to renew.
import type { GenerationId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import type { RedisTime } from '../../redis/redis-time.ts'
import type { Started } from '../room-log.ts'
import { type Answer, writtenIn } from './answers.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms looked at in one go. */
const BATCH = 100
/** How often a room is looked at again because something else runs in it by now. */
const MOST_LOOKS = 3
/** What the room is told of such an end; the outcome is `interrupted`. */
const WHY = {
  error: { code: 'interrupted', message: 'The server stopped while Claude was answering.' },
}

export interface RecoveryOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  readonly clock: Clock
  /** Learns from every look at the storage's clock. */
  readonly time: RedisTime
  readonly newId: () => string
  readonly leaseMs: number
}

export class Recovery {
  readonly #options: RecoveryOptions
  readonly #node: string
  #thereSince: number

  constructor(options: RecoveryOptions) {
    this.#options = options
    this.#node = options.newId()
    this.#thereSince = options.clock.now()
    options.connections.commands.on('ready', () => this.#wasAway())
  }

  /** Notes that something may run in a room from now on. Where this is lost, whoever opens the room finds out. */
  touch(roomId: RoomId): void {
    const { connections, keys } = this.#options
    connections.commands.zincrby(keys.active[0], 1, roomId).catch(() => undefined)
  }

  /** @returns what was started and is the caller's to run; nothing while another node looks after it */
  async recover(newId: () => GenerationId): Promise<readonly Started[]> {
    const { leaseMs, clock } = this.#options
    const swept = await this.#sweep()
    if (swept === null || clock.now() - this.#thereSince < leaseMs) return []
    const started: Started[] = []
    for (let from = 0; from < swept.rooms.length; from += BATCH) {
      const batch = swept.rooms.slice(from, from + BATCH)
      const looks = await Promise.allSettled(
        batch.map(([roomId, touches]) => this.#recoverRoom(roomId, touches, swept.now, newId)),
      )
      for (const look of looks) {
        if (look.status === 'rejected') this.#wasAway()
        else if (look.value) started.push(look.value)
      }
    }
    return started
  }

  /** The storage's time and the rooms to look at, each with its touches; null while another node does it. */
  async #sweep(): Promise<{ now: string; rooms: readonly (readonly [RoomId, string])[] } | null> {
    const { connections, scripts, keys, leaseMs, clock, time } = this.#options
    const values = [this.#node, Math.ceil(leaseMs / 3)]
    const asked = clock.now()
    const sweeping = connections.run(scripts.sweep, keys.active, values)
    const answer = (await sweeping.catch((error: unknown) => {
      this.#wasAway()
      throw error
    })) as [string, string, string[]]
    const [state, now, flat] = answer
    time.learn(asked, Number(now))
    if (state !== 'ok') return null
    const rooms = flat.flatMap((roomId, index) =>
      index % 2 === 0 ? [[roomId, flat[index + 1] ?? ''] as const] : [],
    )
    return { now, rooms }
  }

  async #recoverRoom(
    roomId: RoomId,
    touches: string,
    now: string,
    newId: () => GenerationId,
  ): Promise<Started | null> {
    const { connections, scripts, keys } = this.#options
    const why = `,${JSON.stringify(WHY).slice(1, -1)}`
    const next = newId()
    let running = ''
    for (let look = 0; look < MOST_LOOKS; look++) {
      const generations = [running === '' ? 'none' : running, next]
      const names = generations.flatMap((id) => keys.generation(roomId, id))
      const values = [running, next, why, now]
      const answer = (await connections.run(
        scripts['recover-room'],
        [...keys.room(roomId), ...names],
        values,
      )) as Answer
      if (answer[0] === 'started') return writtenIn(roomId, answer).started
      if (answer[0] === 'busy') return null
      if (answer[0] === 'idle') {
        await connections.run(scripts['forget-room'], [keys.active[0]], [roomId, touches])
        return null
      }
      running = String(answer[1])
    }
    return null
  }

  /** Owners could not show themselves meanwhile. */
  #wasAway(): void {
    this.#thereSince = this.#options.clock.now()
  }
}
