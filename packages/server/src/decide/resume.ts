import type { GenerationId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { promotion } from './promotion.ts'
import type { OfMember, Rule } from './rule.ts'

export interface Resume extends OfMember {
  readonly type: 'resume'
  /** For the head of the queue; null: it waits for `recover`. */
  readonly generationId: GenerationId | null
}

/** A queue that a stop has put on hold goes on. */
export const resume: Rule<Resume> = {
  frees: false,
  decide(docket, { by, generationId }) {
    if (!docket.held) return new Refusal('queue-not-held')
    const next = generationId === null ? [] : promotion({ ...docket, held: false }, generationId)
    return [{ type: 'queue-resumed', by }, ...next]
  },
}
