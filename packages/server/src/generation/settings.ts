import type { RoomState } from '@roomcast/shared/protocol'
import { reduce } from '@roomcast/shared/room'
import type { RoomLog } from '../log/room-log.ts'

/**
 * What a prompt needs to know of a room besides its messages.
 * @param offset of the start of its generation: what is changed later holds for later ones
 */
export async function readSettings(
  log: RoomLog,
  roomId: string,
  offset: number,
): Promise<Pick<RoomState, 'instructions' | 'members' | 'thinking'>> {
  const { checkpoint, entries } = await log.read(roomId)
  return entries.filter((entry) => entry.offset <= offset).reduce(reduce, checkpoint)
}
