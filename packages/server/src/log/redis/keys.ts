// The names of the keys. All keys of a room share its hash tag, so they are on the same node of a cluster and one script
// may use them together. The room's own key is also the name of its channel.
import type { GenerationId, MemberId, RoomId } from '@roomcast/shared/protocol'

export class Keys {
  readonly #namespace: string

  /** @param namespace prefix of all names, so that two deployments can share a Redis */
  constructor(namespace: string) {
    this.#namespace = namespace
  }

  channel(roomId: RoomId): string {
    return `${this.#namespace}:{${roomId}}`
  }

  /** KEYS 1-8 of every script about a room (prelude.lua). */
  room(roomId: RoomId): readonly string[] {
    const room = this.channel(roomId)
    const parts = ['entries', 'starts', 'index', 'queue', 'members', 'commands', 'ages']
    return [room, ...parts.map((part) => `${room}:${part}`)]
  }

  /** The same, and KEYS 9 and 10 of scripts that need the checkpoint and the generations. */
  all(roomId: RoomId): readonly string[] {
    return [...this.room(roomId), this.checkpoint(roomId), this.generations(roomId)]
  }

  checkpoint(roomId: RoomId): string {
    return `${this.channel(roomId)}:checkpoint`
  }

  /** The prefix of the keys of all generations of a room. */
  generations(roomId: RoomId): string {
    return `${this.channel(roomId)}:generation:`
  }

  /** The keys of a generation and its reply. */
  generation(roomId: RoomId, generationId: GenerationId): readonly [string, string] {
    const key = this.generations(roomId) + generationId
    return [key, `${key}:reply`]
  }

  /** The list of a member's rooms. */
  roomsOf(memberId: MemberId): string {
    return `${this.#namespace}:member:${memberId}`
  }

  /** The set of rooms in which something may run, and the node that sweeps them now. */
  get active(): readonly [string, string] {
    return [`${this.#namespace}:{active}`, `${this.#namespace}:{active}:sweeper:2`]
  }
}
