import type { GenerationId, MemberId } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { Rule } from './rule.ts'
import { startOf } from './start.ts'

/** Starts the head of the queue, without a member's command; with `by`, only if it is that member's question. */
interface Promote {
  readonly type: 'promote'
  readonly generationId: GenerationId
  readonly by?: MemberId
}

export const promote: Rule<Promote> = {
  // The waiting question was accepted when there was room for its answer.
  frees: true,
  decide: (docket, { generationId, by }) => promotion(docket, generationId, by),
}

/**
 * Starts the head of the queue if there is one, nothing runs and the queue is not held (R2.3).
 * @param asker undefined, or the only member whose question may start
 */
export function promotion(docket: Docket, generationId: GenerationId, asker?: MemberId): Draft[] {
  const [head] = docket.queue
  if (docket.running !== null || docket.held || head === undefined) return []
  if (asker !== undefined && head.by !== asker) return []
  const { messageId, by, model } = head
  return [startOf(docket, { generationId, mode: 'answer', messageId, by }, model)]
}
