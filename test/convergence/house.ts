// A server's rooms without a network: connections that remember their updates, real rooms, log and presence, and a
// simulated clock.
import {
  type CommandResult,
  type Position,
  type RoomState,
  Refusal,
  type Update,
} from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { fold } from '@roomcast/shared/room'
import { EventStreams } from '@roomcast/server/events/event-streams.ts'
import type { LogUpdate, RoomLog, Started } from '@roomcast/server/judge/room-log.ts'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { MemoryPresence } from '@roomcast/server/presence/memory-presence.ts'
import { everybody } from '@roomcast/server/room/connection.ts'
import { Rooms } from '@roomcast/server/room/rooms.ts'
import { DistantLog } from '../doubles/distant-log.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { type ServerEnd, SimulatedGateway } from '../doubles/gateway.ts'
import { Tally } from '../support/tally.ts'
import type { TestRoom } from '../doubles/room.ts'
import { aRoom } from '../doubles/room.ts'

/** A connection and every update that it was sent. */
export class Watching {
  readonly updates: Update[] = []
  unread = 0
  isEnded = false
  readonly #house: House
  readonly #end: ServerEnd

  constructor(house: House, memberId: string) {
    this.#house = house
    this.#end = house.gateway.accept(memberId, {
      // Copied, because a network shares no objects.
      send: (update) => this.updates.push(JSON.parse(JSON.stringify(update)) as Update),
      unread: () => this.unread,
      end: () => (this.isEnded = true),
    })
  }

  join(roomId = 'room', since?: Position): Promise<CommandResult> {
    const commandId = this.#house.room.newId('join')
    return this.#end.perform({ type: 'join', commandId, roomId, ...(since ? { since } : {}) })
  }

  leave(roomId = 'room'): Promise<CommandResult> {
    return this.#end.perform({ type: 'leave', commandId: this.#house.room.newId('leave'), roomId })
  }

  close(): void {
    this.#end.close()
  }

  /** The types of the updates since the last call, including deltas. */
  took(): string[] {
    return this.updates.splice(0).map((update) => ('type' in update ? update.type : 'delta'))
  }

  /** Folds all updates over `state`; fails at a gap. */
  folded(state?: RoomState): RoomState {
    let current = state ?? null
    for (const update of this.updates) {
      if ('type' in update && ['presence', 'synced', 'closed'].includes(update.type)) continue
      const isSnapshot = 'type' in update && update.type === 'snapshot'
      if (current === null && !isSnapshot) throw new Error('the first update is no snapshot')
      const before = current ?? (update as Extract<Update, { type: 'snapshot' }>).state
      const { state: after, behind } = fold(before, update as Parameters<typeof fold>[1], digest)
      if (behind) throw new Error(`a gap at ${JSON.stringify(update)}`)
      current = after
    }
    if (current === null) throw new Error('nothing was sent')
    return current
  }
}

export class House {
  readonly clock = new SimulatedClock()
  readonly log: DistantLog
  readonly presence = new MemoryPresence(this.clock)
  readonly gateway: SimulatedGateway
  readonly events: EventStreams
  readonly rooms: Rooms
  readonly room: TestRoom
  readonly errors: unknown[] = []
  /** The delay of the next call between the rooms and their log, ms. */
  distance: () => number = () => 0
  readonly #near: RoomLog

  /**
   * A house with the room `room` of alice, bob and carol, and a second room `other` with the same members.
   * @param hears decides whether followers of the log receive an update
   */
  static async make(hears: (update: LogUpdate) => boolean = () => true): Promise<House> {
    let ids = 0
    const near = await openSqliteRoomLog({
      path: ':memory:',
      clock: { now: () => (ids += 1), after: () => () => undefined },
      newId: () => `epoch-${(ids += 1)}`,
    })
    await aRoom(near, 'other')
    return new House(near, await aRoom(near), hears)
  }

  private constructor(near: RoomLog, room: TestRoom, hears: (update: LogUpdate) => boolean) {
    this.#near = near
    this.room = room
    const { clock, presence } = this
    this.log = new DistantLog({ log: near, clock, distance: () => this.distance(), hears })
    const onError = (_: string, error: unknown) => void this.errors.push(error)
    this.gateway = new SimulatedGateway({ clock, tally: new Tally(), onError })
    const newId = () => room.newId('new')
    this.events = new EventStreams({ clock, newId, chance: () => 0.5 })
    this.rooms = new Rooms({
      log: this.log,
      presence,
      fanOut: everybody(this.gateway, this.events),
      clock,
      newId,
      defaultModel: 'claude',
      stopAsking: () => false,
      knowsMember: () => false,
      requireModel: () => undefined,
      run: () => undefined,
      refuseNew: () => null,
      takePlace: () => ({ release: () => undefined }),
      onError,
    })
    this.gateway.open(this.rooms)
    this.events.open(this.rooms)
  }

  /** Connects somebody, without joining a room. */
  connect(memberId = 'alice'): Watching {
    return new Watching(this, memberId)
  }

  async watch(memberId = 'alice'): Promise<Watching> {
    const watching = this.connect(memberId)
    const joined = await watching.join()
    if (!joined.ok) throw new Error(joined.error.message)
    return watching
  }

  /** A generation whose reply has begun. */
  async answering(text: string): Promise<Started> {
    const started = await this.room.asked('alice', 'Why?')
    if (text !== '') await this.room.write(started, 0, text)
    return started
  }

  async close(): Promise<void> {
    this.gateway.close()
    const ended = this.events.close()
    await this.clock.advance(2000)
    await ended
    await this.rooms.close()
    await this.#near.close()
  }
}

/** The code of a refusal, or null. */
export function codeOf(result: CommandResult): string | null {
  return result.ok ? null : result.error.code
}

export function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.body.code === code
}
