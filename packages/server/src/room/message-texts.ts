import type { RoomId } from '@roomcast/shared/protocol'
import { answerText, messagesOf } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'

/**
 * All texts that a message has had, or the text of an answer without its thinking; empty for an id unknown in the room.
 */
export async function textsOf(
  log: Pick<RoomLog, 'offsetOf' | 'page'>,
  roomId: RoomId,
  id: string,
): Promise<readonly string[]> {
  const offset = await log.offsetOf(roomId, id)
  if (offset === null) return []
  const { entries, runs } = await log.page(roomId, offset + 1, 1)
  const written = entries.flatMap((entry) => ('text' in entry ? [entry.text] : []))
  const answers = messagesOf(entries, runs).flatMap((message) =>
    message.kind === 'reply' ? [answerText(message)] : [],
  )
  return [...written, ...answers]
}
