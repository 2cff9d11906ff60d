// The settings of a room as they were when a generation started.
import type { RoomState } from '@roomcast/shared/protocol'
import { reduce } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'

export interface Settings extends Pick<RoomState, 'instructions' | 'members' | 'thinking'> {
  /** The members as they are now. */
  readonly current: RoomState['members']
}

/**
 * What a prompt needs to know of a room besides its messages.
 * @param offset of the start of its generation: what is changed later holds for later ones
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
