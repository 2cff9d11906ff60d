// The settings of a room at the moment when a generation started.
import type { RoomState } from '@roomcast/shared/protocol'
import { reduce } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'

export interface Settings extends Pick<RoomState, 'instructions' | 'members' | 'thinking'> {
  /** The current members. */
  readonly current: RoomState['members']
}

/**
 * The facts, besides messages, that a prompt needs about a room.
 * @param offset of the entry that started the generation: later changes apply to later generations
 */
export async function readSettings(
  log: RoomLog,
  roomId: string,
  offset: number,
): Promise<Settings> {
  const { checkpoint, entries } = await log.read(roomId)
  const then = entries.filter((entry) => entry.offset <= offset).reduce(reduce, checkpoint)
  const { instructions, members, thinking } = then
  const { members: current } = entries.filter((entry) => entry.offset > offset).reduce(reduce, then)
  return { instructions, members, thinking, current }
}
