// The list of each member's rooms. In a cluster the list and the rooms may be on different nodes, so it may name a room too
// many for a while, but never one too few: it is written before the member joins, and each room is checked before it is
// shown.
import { type MemberId, Refusal, type RoomId, type RoomSummary } from '@roomcast/shared/protocol'
import type { Connections } from '../../redis/connections.ts'
import type { EntryLog } from '../entry-log.ts'
import type { Caller } from './caller.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms checked at the same time. */
const BATCH = 200
/**
 * A listed room that the member is not in is dropped from the list only after this time, ms: before, a join may be under
 * way.
 */
const TIDY_MS = 60_000
/** How often lists are rewritten because members have joined or gone meanwhile. */
const MOST_CHANGES = 5

interface MemberRoomsOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  readonly caller: Caller
  /** Looks up the members of a room. */
  readonly log: Pick<EntryLog, 'find'>
}

export class MemberRooms {
  readonly #options: MemberRoomsOptions

  constructor(options: MemberRoomsOptions) {
    this.#options = options
  }

  /** Adds the room to the lists of people who are about to join it. @throws Refusal because of the state of Redis */
  async enlist(members: readonly MemberId[], roomId: RoomId): Promise<void> {
    const { connections, scripts, keys, caller } = this.#options
    const enlisting = members.map((memberId) =>
      connections.run(scripts.enlist, [keys.roomsOf(memberId)], [roomId]),
    )
    await caller.translate(Promise.all(enlisting))
  }

  /** Removes the room from the lists of members. @throws Refusal because of the state of Redis */
  async delist(members: readonly MemberId[], roomId: RoomId): Promise<void> {
    const { connections, keys, caller } = this.#options
    const delisting = members.map((memberId) =>
      connections.commands.zrem(keys.roomsOf(memberId), roomId),
    )
    await caller.translate(Promise.all(delisting))
  }

  /**
   * Rewrites the lists of people who have joined or gone, or tried to, until the lists agree with the room: through other nodes
   * they may join and leave at the same time, and the room may be deleted.
   * @param here the present members among them, if known
   * @throws Refusal because of the state of Redis
   */
  async correct(
    roomId: RoomId,
    members: readonly MemberId[],
    here?: ReadonlySet<MemberId>,
  ): Promise<void> {
    if (members.length === 0) return
    let listed = here ?? (await this.#here(roomId, members))
    for (let changes = 0; changes < MOST_CHANGES; changes++) {
      const isHere = (memberId: MemberId) => listed.has(memberId)
      await this.delist(
        members.filter((memberId) => !isHere(memberId)),
        roomId,
      )
      await this.enlist(members.filter(isHere), roomId)
      const now = await this.#here(roomId, members)
      if (members.every((memberId) => now.has(memberId) === isHere(memberId))) return
      listed = now
    }
  }

  async #here(roomId: RoomId, members: readonly MemberId[]): Promise<Set<MemberId>> {
    try {
      const answer = await this.#options.log.find(roomId, members, null)
      const found = answer.type === 'found' ? answer.found : []
      return new Set(members.filter((_, index) => found[index]?.member === 'here'))
    } catch (error) {
      if (isNoRoom(error)) return new Set()
      throw error
    }
  }

  /** Most recently used first; rooms used at the same moment, most recently joined first. */
  async list(memberId: MemberId): Promise<RoomSummary[]> {
    const { connections, keys } = this.#options
    const ids = await connections.commands.zrevrange(keys.roomsOf(memberId), 0, -1)
    const summaries: RoomSummary[] = []
    const gone: RoomId[] = []
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH)
      const found = await Promise.all(batch.map((roomId) => this.#summary(memberId, roomId)))
      for (const [index, summary] of found.entries()) {
        if (summary) summaries.push(summary)
        else gone.push(batch[index] ?? '')
      }
    }
    if (gone.length > 0) await this.#tidy(memberId, gone)
    return summaries.sort((one, other) => other.at - one.at)
  }

  /** Drops rooms that the member is not in from the list, except recently listed ones: a join may be under way. */
  async #tidy(memberId: MemberId, gone: readonly RoomId[]): Promise<void> {
    const { connections, scripts, keys } = this.#options
    await connections.run(scripts.delist, [keys.roomsOf(memberId)], [TIDY_MS, ...gone])
  }

  async #summary(memberId: MemberId, roomId: RoomId): Promise<RoomSummary | null> {
    const { connections, scripts, keys } = this.#options
    const answer = (await connections.run(scripts.summary, keys.room(roomId), [
      memberId,
    ])) as string[]
    const [found, title = '', at, running, body, offset] = answer
    if (found !== 'ok') return null
    const { role } = JSON.parse(`{${body}}`) as Pick<RoomSummary, 'role'>
    return {
      roomId,
      title: JSON.parse(title) as string,
      role,
      at: Number(at),
      running: running === '1',
      offset: Number(offset),
    }
  }
}

function isNoRoom(error: unknown): boolean {
  return error instanceof Refusal && error.body.code === 'room-not-found'
}
