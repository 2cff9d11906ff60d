// The rooms in which something waits for a place only, as `recover` is told of them.
import type { MemberId, MessageId, RoomId } from '@roomcast/shared/protocol'
import type { Waiting } from '../room-log.ts'
import type { Database } from './database.ts'
import type { Entries } from './entries.ts'

/** The heads of queues that are not held, in rooms where nothing runs: those that were used longest ago first. */
export function waitingHeads(database: Database, entries: Entries): readonly Waiting[] {
  const rows = database.all<{ room_id: RoomId; message_id: MessageId; member_id: MemberId }>(
    `SELECT room_id, message_id, member_id FROM rooms JOIN queue USING (room_id)
     WHERE running IS NULL AND held = 0
       AND place = (SELECT min(place) FROM queue WHERE queue.room_id = rooms.room_id)
     ORDER BY last_at`,
  )
  return rows.flatMap(({ room_id: roomId, message_id, member_id: by }) => {
    const asked = entries.lastAbout(roomId, message_id, 'message-posted')
    return asked ? [{ roomId, by, since: asked.at }] : []
  })
}
