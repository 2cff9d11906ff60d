// Presence within one process.
import type { MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { PresencePort, PresentMembers } from './presence.ts'

/** A member stays for this long after the last connection, ms: a reload takes about a second. */
export const LINGER_MS = 2500
/** A sign of writing holds for this long, ms. */
const TYPING_MS = 5000
/** Changes within this time are told together, ms: a class that joins at once is one update. */
export const GATHER_MS = 50

interface Here {
  readonly connections: Set<string>
  stopLinger: (() => void) | null
  stopTyping: (() => void) | null
}

interface RoomPresence {
  readonly members: Map<MemberId, Here>
  readonly memberOf: Map<string, MemberId>
  readonly listeners: Set<(members: PresentMembers) => void>
  telling: boolean
}

export class MemoryPresence implements PresencePort {
  readonly #clock: Clock
  readonly #rooms = new Map<RoomId, RoomPresence>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  enter(roomId: RoomId, connectionId: string, memberId: MemberId): void {
    const room = this.#room(roomId)
    const here = room.members.get(memberId) ?? newcomer()
    const isNew = !room.members.has(memberId)
    here.stopLinger?.()
    here.stopLinger = null
    here.connections.add(connectionId)
    room.members.set(memberId, here)
    room.memberOf.set(connectionId, memberId)
    if (isNew) this.#tell(roomId, room)
  }

  leave(roomId: RoomId, connectionId: string): void {
    const room = this.#rooms.get(roomId)
    const memberId = room?.memberOf.get(connectionId)
    const here = memberId === undefined ? undefined : room?.members.get(memberId)
    if (!room || memberId === undefined || !here) return
    room.memberOf.delete(connectionId)
    here.connections.delete(connectionId)
    if (here.connections.size > 0) return
    here.stopLinger = this.#clock.after(LINGER_MS, () => {
      here.stopTyping?.()
      room.members.delete(memberId)
      this.#tell(roomId, room)
    })
  }

  typing(roomId: RoomId, memberId: MemberId): void {
    const room = this.#rooms.get(roomId)
    const here = room?.members.get(memberId)
    if (!room || !here) return
    const wasTyping = here.stopTyping !== null
    here.stopTyping?.()
    here.stopTyping = this.#clock.after(TYPING_MS, () => this.#stoppedTyping(roomId, room, here))
    if (!wasTyping) this.#tell(roomId, room)
  }

  said(roomId: RoomId, memberId: MemberId): void {
    const room = this.#rooms.get(roomId)
    const here = room?.members.get(memberId)
    if (!room || !here?.stopTyping) return
    here.stopTyping()
    this.#stoppedTyping(roomId, room, here)
  }

  present(roomId: RoomId): PresentMembers {
    const members = this.#rooms.get(roomId)?.members ?? new Map<MemberId, Here>()
    return [...members].map(([memberId, here]) => ({ memberId, typing: here.stopTyping !== null }))
  }

  follow(roomId: RoomId, listener: (members: PresentMembers) => void): () => void {
    const room = this.#room(roomId)
    room.listeners.add(listener)
    return () => {
      room.listeners.delete(listener)
      this.#forget(roomId, room)
    }
  }

  close(): void {
    this.#closed = true
    for (const room of this.#rooms.values())
      for (const here of room.members.values()) {
        here.stopLinger?.()
        here.stopTyping?.()
      }
    this.#rooms.clear()
  }

  #stoppedTyping(roomId: RoomId, room: RoomPresence, here: Here): void {
    here.stopTyping = null
    this.#tell(roomId, room)
  }

  #room(roomId: RoomId): RoomPresence {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const room: RoomPresence = {
      members: new Map(),
      memberOf: new Map(),
      listeners: new Set(),
      telling: false,
    }
    this.#rooms.set(roomId, room)
    return room
  }

  #tell(roomId: RoomId, room: RoomPresence): void {
    this.#forget(roomId, room)
    if (room.telling || this.#closed) return
    room.telling = true
    this.#clock.after(GATHER_MS, () => {
      room.telling = false
      const members = this.present(roomId)
      for (const listener of room.listeners) listener(members)
    })
  }

  #forget(roomId: RoomId, room: RoomPresence): void {
    if (room.members.size === 0 && room.listeners.size === 0) this.#rooms.delete(roomId)
  }
}

function newcomer(): Here {
  return { connections: new Set(), stopLinger: null, stopTyping: null }
}
