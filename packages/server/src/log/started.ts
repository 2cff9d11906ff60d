import type { Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import type { Started } from './entry-log.ts'

/**
 * The generation that began with these entries, for its owner; null unless it is the one that the caller proposed. Its
 * fence is its number, so a later start has a higher one.
 */
export function startedIn(
  roomId: RoomId,
  entries: readonly Entry[],
  proposed: GenerationId | null | undefined,
): Started | null {
  const start = entries.find((entry) => entry.type === 'generation-started')
  if (start?.type !== 'generation-started' || start.generationId !== proposed) return null
  const { generationId, number, mode, messageId, of, by, model, offset } = start
  return { roomId, generationId, number, fence: number, mode, messageId, of, by, model, offset }
}
