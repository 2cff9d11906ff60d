// Presence within one process.
import type { Look, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { nearest, type PresencePort, type PresentMembers } from './presence.ts'

/** A member stays present for this long after their last connection, ms: a reload takes about a second. */
export const LINGER_MS = 2500
/** How long a member counts as writing after the last signal, ms. */
const TYPING_MS = 5000
/** Changes within this time are sent together, ms: a class that joins at once is one update. */
const GATHER_MS = 50
/**
 * Every member gets every list, so in a large room updates are sent less often, ms for each member. A member who keeps changing
 * their look then costs each of the others the same as in a small room, some 40 kB a second.
 */
const REST_MS = 2

/** How long changes are gathered before they are sent in a room with this many present members, ms. */
export function gatherMs(members: number): number {
  return Math.max(GATHER_MS, members * REST_MS)
}

interface Reader {
  look: Look | undefined
  isBehind: boolean
}

interface Here {
  /** By connection. */
  readonly readers: Map<string, Reader>
  /** The look that was last sent, or is about to be. */
  look: Look | undefined
  stopLinger: (() => void) | null
  stopTyping: (() => void) | null
}

interface RoomPresence {
  readonly members: Map<MemberId, Here>
  readonly memberOf: Map<string, MemberId>
  readonly listeners: Set<(members: PresentMembers) => void>
  /** An update is scheduled, or has just been sent. */
  telling: boolean
  /** Something has changed that has not been sent. */
  changed: boolean
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
    const look = here.readers.get(connectionId)?.look
    here.readers.set(connectionId, { look, isBehind: false })
    room.members.set(memberId, here)
    room.memberOf.set(connectionId, memberId)
    if (isNew) this.#tell(roomId, room)
    this.#looked(roomId, room, here)
  }

  leave(roomId: RoomId, connectionId: string): void {
    const room = this.#rooms.get(roomId)
    const memberId = room?.memberOf.get(connectionId)
    const here = memberId === undefined ? undefined : room?.members.get(memberId)
    if (!room || memberId === undefined || !here) return
    room.memberOf.delete(connectionId)
    here.readers.delete(connectionId)
    if (here.readers.size > 0) return this.#looked(roomId, room, here)
    here.stopLinger = this.#clock.after(LINGER_MS, () => {
      here.stopTyping?.()
      room.members.delete(memberId)
      this.#tell(roomId, room)
    })
  }

  look(roomId: RoomId, connectionId: string, look: Look): void {
    this.#reads(roomId, connectionId, (reader) => (reader.look = look))
  }

  behind(roomId: RoomId, connectionId: string, isBehind: boolean): void {
    this.#reads(roomId, connectionId, (reader) => (reader.isBehind = isBehind))
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
    return [...members].map(([memberId, here]) => {
      const look = lookOf(here)
      const typing = here.stopTyping !== null
      return { memberId, typing, ...(look === undefined ? {} : { look }) }
    })
  }

  known(): Promise<void> {
    return Promise.resolve()
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

  #reads(roomId: RoomId, connectionId: string, change: (reader: Reader) => void): void {
    const room = this.#rooms.get(roomId)
    const here = room?.members.get(room.memberOf.get(connectionId) ?? '')
    const reader = here?.readers.get(connectionId)
    if (!room || !here || !reader) return
    change(reader)
    this.#looked(roomId, room, here)
  }

  /** Sends an update if the member's look has changed. */
  #looked(roomId: RoomId, room: RoomPresence, here: Here): void {
    const look = lookOf(here)
    if (look === here.look) return
    here.look = look
    this.#tell(roomId, room)
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
      changed: false,
    }
    this.#rooms.set(roomId, room)
    return room
  }

  #tell(roomId: RoomId, room: RoomPresence): void {
    this.#forget(roomId, room)
    room.changed = true
    if (room.telling || this.#closed) return
    room.telling = true
    this.#clock.after(GATHER_MS, () => {
      room.changed = false
      const members = this.present(roomId)
      for (const listener of room.listeners) listener(members)
      this.#rest(roomId, room, gatherMs(members.length) - GATHER_MS)
    })
  }

  #rest(roomId: RoomId, room: RoomPresence, ms: number): void {
    const rested = () => {
      room.telling = false
      if (room.changed) this.#tell(roomId, room)
    }
    if (ms === 0) rested()
    else this.#clock.after(ms, rested)
  }

  #forget(roomId: RoomId, room: RoomPresence): void {
    if (room.members.size === 0 && room.listeners.size === 0) this.#rooms.delete(roomId)
  }
}

function newcomer(): Here {
  return { readers: new Map(), look: undefined, stopLinger: null, stopTyping: null }
}

/** A reader on a slow connection is `behind`, unless they are away anyway. */
function lookOf({ readers }: Here): Look | undefined {
  return nearest(
    [...readers.values()].map(({ look, isBehind }) =>
      isBehind && look !== 'away' ? 'behind' : look,
    ),
  )
}
