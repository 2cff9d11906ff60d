import type { GenerationId, MemberId } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { Rule } from './rule.ts'
import { startOf } from './start.ts'

/** The head of the queue may start, nobody has to ask for it; with `by`, if it is that member's question. */
interface Promote {
  readonly type: 'promote'
  readonly generationId: GenerationId
  readonly by?: MemberId
}

export const promote: Rule<Promote> = {
  // A question that waits was taken when there was room for its answer.
  frees: true,
  decide: (docket, { generationId, by }) => promotion(docket, generationId, by),
}

/** The head of the queue starts, if there is one, nothing runs and nobody holds it (R2.3). @param asker whose it has to be */
export function promotion(docket: Docket, generationId: GenerationId, asker?: MemberId): Draft[] {
  const [head] = docket.queue
  if (docket.running !== null || docket.held || head === undefined) return []
  if (asker !== undefined && head.by !== asker) return []
  const { messageId, by, model } = head
  return [startOf(docket, { generationId, mode: 'answer', messageId, by }, model)]
}
