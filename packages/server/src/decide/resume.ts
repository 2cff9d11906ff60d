import type { GenerationId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { promotion } from './promotion.ts'
import type { OfMember, Rule } from './rule.ts'

export interface Resume extends OfMember {
  readonly type: 'resume'
  /** Id for the generation of the queue's head; null: the head waits for `recover`. */
  readonly generationId: GenerationId | null
}

/** Resumes a queue that a stop has put on hold. */
export const resume: Rule<Resume> = {
  frees: false,
  decide(docket, { by, generationId }) {
    if (!docket.held) return new Refusal('queue-not-held')
    const next = generationId === null ? [] : promotion({ ...docket, held: false }, generationId)
    return [{ type: 'queue-resumed', by }, ...next]
  },
}
