import type { GenerationId, MemberId } from '@roomcast/shared/protocol'
import type { Draft } from './draft.ts'
import type { Docket } from './docket.ts'
import { startOf } from './start.ts'

/** The head of the queue starts, if there is one, nothing runs and nobody holds it (R2.3). @param asker whose it has to be */
export function promotion(docket: Docket, generationId: GenerationId, asker?: MemberId): Draft[] {
  const [head] = docket.queue
  if (docket.running !== null || docket.held || head === undefined) return []
  if (asker !== undefined && head.by !== asker) return []
  const { messageId, by, model } = head
  return [startOf(docket, { generationId, mode: 'answer', messageId, by }, model)]
}
