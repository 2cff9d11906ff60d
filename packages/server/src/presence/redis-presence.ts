// Presence on many nodes. Each node knows its own members (MemoryPresence). It announces the whole list of a room to the others
// on every change and every few seconds, and merges their lists while those are valid.
//
// Guarantees: calls are answered from memory, whatever Redis does. While Redis is unreachable each node soon shows only its own
// members, and recovery needs no action. A node that dies is forgotten within HOLDS_MS, by other nodes and by Redis. One
// announcement of a room is on its way at a time, and changes meanwhile go together in the next. Nothing is announced about
// rooms without members on this node. Times are compared by the clock of Redis; a node's own clock only measures durations.
import type { Look, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../redis/connections.ts'
import { loadScript, type Script } from '../redis/script.ts'
import type { Subscriptions } from '../redis/subscriptions.ts'
import { type Announced, mergeAnnounced, readAnnouncement } from './announcement.ts'
import { gatherMs, LINGER_MS, MemoryPresence } from './memory-presence.ts'
import { OtherNodes } from './other-nodes.ts'
import type { PresencePort, PresentMembers } from './presence.ts'
import { RedisTime } from '../redis/redis-time.ts'

/** How often a list is announced again and the lists of others are read, ms. */
const REPEAT_MS = 2500
/** How long an announcement is valid, ms: it survives two that fail. */
const HOLDS_MS = 8000
/**
 * How often Redis is asked for the time at the start. The first answer may be slow, and the quickest gives the best
 * estimate.
 */
const TIMES_ASKED = 3

interface RedisPresenceOptions {
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly clock: Clock
  /** Prefix of all keys and channels. */
  readonly namespace: string
  /** A unique id for each start of each node. */
  readonly node: string
  /** Called when Redis fails; only once until it works again. */
  readonly onError: (error: unknown) => void
}

interface SharedRoom {
  readonly key: string
  readonly listeners: Set<(members: PresentMembers) => void>
  readonly others: OtherNodes
  /** When each member of this node arrived, ms by the clock of Redis. */
  readonly arrivals: Map<MemberId, number>
  readonly stopLocal: () => void
  unsubscribe: (() => void) | null
  stopRepeat: (() => void) | null
  stopTelling: (() => void) | null
  /** The list last announced (JSON), and its version. */
  announced: string
  version: number
  /** Whether an exchange with Redis is on its way, another one is wanted, and that one must read the lists of others. */
  exchanging: boolean
  wanted: boolean
  asks: boolean
  /** Resolved once the lists of others have been read for the first time, or could not be. */
  readonly known: PromiseWithResolvers<void>
}

export class RedisPresence implements PresencePort {
  readonly #options: RedisPresenceOptions
  readonly #local: MemoryPresence
  readonly #announce: Script
  readonly #time: RedisTime
  readonly #rooms = new Map<RoomId, SharedRoom>()
  readonly #failing = new Set<SharedRoom>()
  #version = 0
  #closed = false

  /** Asks Redis for the time. @throws Error of ioredis */
  static async start(options: RedisPresenceOptions): Promise<RedisPresence> {
    const { commands, publishCommand } = options.connections
    const constants = `local PUBLISH = '${publishCommand}'`
    const announce = loadScript(import.meta.url, 'announce.lua', constants)
    const time = new RedisTime(options.clock)
    for (let times = 0; times < TIMES_ASKED; times++) {
      const asked = options.clock.now()
      const [seconds, micros] = await commands.time()
      time.learn(asked, Number(seconds) * 1000 + Math.floor(Number(micros) / 1000))
    }
    return new RedisPresence(options, announce, time)
  }

  private constructor(options: RedisPresenceOptions, announce: Script, time: RedisTime) {
    this.#options = options
    this.#local = new MemoryPresence(options.clock)
    this.#announce = announce
    this.#time = time
  }

  /** The number of rooms that this node keeps. */
  get size(): number {
    return this.#rooms.size
  }

  enter(roomId: RoomId, connectionId: string, memberId: MemberId): void {
    if (this.#closed) return
    const { arrivals, others } = this.#room(roomId)
    this.#local.enter(roomId, connectionId, memberId)
    if (arrivals.has(memberId)) return
    arrivals.set(memberId, others.arrivalOf(memberId) ?? this.#time.next())
  }

  leave(roomId: RoomId, connectionId: string): void {
    this.#local.leave(roomId, connectionId)
  }

  typing(roomId: RoomId, memberId: MemberId): void {
    this.#local.typing(roomId, memberId)
  }

  said(roomId: RoomId, memberId: MemberId): void {
    this.#local.said(roomId, memberId)
  }

  look(roomId: RoomId, connectionId: string, look: Look): void {
    this.#local.look(roomId, connectionId, look)
  }

  behind(roomId: RoomId, connectionId: string, isBehind: boolean): void {
    this.#local.behind(roomId, connectionId, isBehind)
  }

  present(roomId: RoomId): PresentMembers {
    const room = this.#rooms.get(roomId)
    return room ? mergeAnnounced([this.#here(roomId, room), ...room.others.lists]) : []
  }

  known(roomId: RoomId): Promise<void> {
    return this.#rooms.get(roomId)?.known.promise ?? Promise.resolve()
  }

  follow(roomId: RoomId, listener: (members: PresentMembers) => void): () => void {
    const room = this.#room(roomId)
    room.listeners.add(listener)
    this.#exchange(roomId, room, true)
    return () => {
      if (!room.listeners.delete(listener) || room.listeners.size > 0) return
      room.unsubscribe?.()
      room.unsubscribe = null
      room.others.clear()
      this.#forget(roomId, room)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const [roomId, room] of this.#rooms) {
      const members = this.#here(roomId, room)
      // The members may be reconnecting to another node, so they linger as if each had just left.
      if (members.length > 0)
        this.#send(room, members, (this.#version += 1), LINGER_MS, false).catch(() => undefined)
      this.#stop(room)
    }
    this.#rooms.clear()
    this.#local.close()
  }

  #room(roomId: RoomId): SharedRoom {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const room: SharedRoom = {
      key: `${this.#options.namespace}:{${roomId}}:presence`,
      listeners: new Set(),
      others: new OtherNodes(this.#options.clock, () => this.#tellLater(roomId, room)),
      arrivals: new Map(),
      stopLocal: this.#local.follow(roomId, () => this.#changedHere(roomId, room)),
      unsubscribe: null,
      stopRepeat: null,
      stopTelling: null,
      announced: '[]',
      version: 0,
      exchanging: false,
      wanted: false,
      asks: false,
      known: Promise.withResolvers(),
    }
    this.#rooms.set(roomId, room)
    return room
  }

  #here(roomId: RoomId, { arrivals }: SharedRoom): Announced {
    const present = this.#local.present(roomId)
    return present.map(({ memberId, typing, look }) => {
      const arrival = arrivals.get(memberId) ?? 0
      return look === undefined ? [memberId, arrival, typing] : [memberId, arrival, typing, look]
    })
  }

  #changedHere(roomId: RoomId, room: SharedRoom): void {
    const here = new Set(this.#local.present(roomId).map(({ memberId }) => memberId))
    for (const memberId of room.arrivals.keys())
      if (!here.has(memberId)) room.arrivals.delete(memberId)
    this.#tell(roomId, room)
    this.#exchange(roomId, room, false)
  }

  #tellLater(roomId: RoomId, room: SharedRoom): void {
    if (room.stopTelling) return
    const ms = gatherMs(this.present(roomId).length)
    room.stopTelling = this.#options.clock.after(ms, () => this.#tell(roomId, room))
  }

  #tell(roomId: RoomId, room: SharedRoom): void {
    room.stopTelling?.()
    room.stopTelling = null
    const members = this.present(roomId)
    for (const listener of room.listeners) listener(members)
  }

  /** Announces this node's list, once the exchange on its way has been answered. */
  #exchange(roomId: RoomId, room: SharedRoom, asks: boolean): void {
    room.wanted = true
    room.asks ||= asks
    if (!room.exchanging) void this.#run(roomId, room)
  }

  async #run(roomId: RoomId, room: SharedRoom): Promise<void> {
    room.exchanging = true
    room.stopRepeat?.()
    try {
      while (room.wanted && !this.#closed) {
        const listening = this.#listen(room)
        await listening.catch(() => undefined)
        const { asks } = room
        room.wanted = room.asks = false
        await this.#tellOthers(roomId, room, asks)
        if (asks) room.known.resolve()
        // Even if subscribing fails, announcing and reading may work.
        await listening
      }
      this.#failing.delete(room)
    } catch (error) {
      // The next exchange, after REPEAT_MS or with the next change, catches up.
      room.wanted = false
      room.known.resolve()
      if (this.#failing.size === 0 && !this.#closed) this.#options.onError(error)
      this.#failing.add(room)
    }
    room.exchanging = false
    if (this.#closed) return
    if (this.#local.present(roomId).length === 0) return this.#forget(roomId, room)
    const repeat = () => this.#exchange(roomId, room, true)
    room.stopRepeat = this.#options.clock.after(REPEAT_MS, repeat)
  }

  /** Subscribes, unless the room is already subscribed or has no listeners. */
  async #listen(room: SharedRoom): Promise<void> {
    if (room.unsubscribe || room.listeners.size === 0) return
    const hear = (text: string) => this.#hear(room, text)
    const unsubscribe = await this.#options.subscriptions.subscribe(room.key, hear)
    if (this.#closed || room.listeners.size === 0) unsubscribe()
    else room.unsubscribe = unsubscribe
  }

  async #tellOthers(roomId: RoomId, room: SharedRoom, asks: boolean): Promise<void> {
    const members = this.#here(roomId, room)
    const announced = JSON.stringify(members)
    if (announced !== room.announced) room.version = this.#version += 1
    room.announced = announced
    const asked = this.#options.clock.now()
    const [now, ...others] = await this.#send(room, members, room.version, HOLDS_MS, asks)
    this.#time.learn(asked, Number(now))
    for (let index = 0; index < others.length; index += 2)
      this.#hear(room, String(others[index + 1]), Number(others[index]))
  }

  async #send(
    { key }: SharedRoom,
    members: Announced,
    version: number,
    holds: number,
    asks: boolean,
  ): Promise<unknown[]> {
    const { connections, node } = this.#options
    const announcement = JSON.stringify({ node, version, holds, members })
    const [isHere, isAsking] = [members.length > 0, asks].map(Number)
    const values = [node, announcement, isHere ?? 0, holds, HOLDS_MS, isAsking ?? 0]
    return (await connections.run(this.#announce, [key], values)) as unknown[]
  }

  #hear(room: SharedRoom, text: string, holds?: number): void {
    const announcement = readAnnouncement(text)
    const { node } = this.#options
    if (!announcement || announcement.node === node || room.listeners.size === 0 || this.#closed)
      return
    room.others.hear(announcement, Math.min(holds ?? announcement.holds, HOLDS_MS))
    // A member who arrived earlier on another node keeps that place in the order when that node is gone.
    for (const [memberId, arrival] of announcement.members)
      if (arrival < (room.arrivals.get(memberId) ?? 0)) room.arrivals.set(memberId, arrival)
  }

  #forget(roomId: RoomId, room: SharedRoom): void {
    if (room.exchanging || room.listeners.size > 0 || this.#local.present(roomId).length > 0) return
    this.#stop(room)
    this.#failing.delete(room)
    this.#rooms.delete(roomId)
  }

  #stop(room: SharedRoom): void {
    room.known.resolve()
    room.stopLocal()
    room.stopRepeat?.()
    room.stopTelling?.()
    room.unsubscribe?.()
    room.others.clear()
  }
}
