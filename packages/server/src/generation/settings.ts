import type { Member } from '@roomcast/shared/protocol'
import { reduce } from '@roomcast/shared/room'
import type { RoomLog } from '../log/room-log.ts'

/** What a prompt needs to know of a room besides its messages. */
export async function readSettings(
  log: RoomLog,
  roomId: string,
): Promise<{ readonly instructions: string; readonly members: readonly Member[] }> {
  const { checkpoint, entries } = await log.read(roomId)
  return entries.reduce(reduce, checkpoint)
}
