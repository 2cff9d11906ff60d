// Which rooms somebody is in. The list lies elsewhere in a cluster than the rooms do, so it may name a room too many for
// a while, never one too few: it is written before the room is joined, and what it names is looked at before it is shown.
import type { MemberId, RoomId, RoomSummary } from '@roomcast/shared/protocol'
import type { Connections } from '../../redis/connections.ts'
import type { Keys } from './keys.ts'
import type { Scripts } from './scripts.ts'

/** Rooms looked at in one go. */
const BATCH = 200
/** A room that was listed so long ago, ms, and is not there, will not be there any more. */
const TIDY_MS = 60_000

export interface MemberRoomsOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
}

export class MemberRooms {
  readonly #options: MemberRoomsOptions

  constructor(options: MemberRoomsOptions) {
    this.#options = options
  }

  async enlist(members: readonly MemberId[], roomId: RoomId): Promise<void> {
    const { connections, scripts, keys } = this.#options
    await Promise.all(
      members.map((memberId) =>
        connections.run(scripts.enlist, [keys.roomsOf(memberId)], [roomId]),
      ),
    )
  }

  async delist(members: readonly MemberId[], roomId: RoomId): Promise<void> {
    const { connections, keys } = this.#options
    await Promise.all(
      members.map((memberId) => connections.commands.zrem(keys.roomsOf(memberId), roomId)),
    )
  }

  /** Last used first; of those used at the same moment, last joined first. */
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

  /** Takes out what is not there, unless it was put there a moment ago: it may be joined right now. */
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
