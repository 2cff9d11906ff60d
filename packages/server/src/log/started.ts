import type { GenerationStarted, RoomId } from '@roomcast/shared/protocol'
import type { Started } from './room-log.ts'

/** What a start gives to whoever runs it. Its fence is its number: a later start has a higher one. */
export function startedOf(roomId: RoomId, entry: GenerationStarted): Started {
  const { generationId, number, mode, messageId, of, by, model, offset } = entry
  return { roomId, generationId, number, fence: number, mode, messageId, of, by, model, offset }
}
