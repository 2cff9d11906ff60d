import type { GenerationId, Kind, MemberId, Outcome, Usage } from '@roomcast/shared/protocol'
import { type EndDetails, endDetails } from '@roomcast/shared/room'
import type { Docket } from './docket.ts'
import type { EndDraft } from './draft.ts'
import { promotion } from './promotion.ts'
import type { Rule } from './rule.ts'

/** The last bytes of a reply, appended in the same step as its end. */
export interface FinalBytes {
  readonly at: number
  readonly text: string
  readonly mark: Kind | undefined
}

export interface End {
  readonly type: 'end'
  readonly generationId: GenerationId
  readonly outcome: Outcome
  /** Given by the owner, so that an end by a former owner is refused. A member who cancels gives none. */
  readonly fence?: number
  readonly final?: FinalBytes
  readonly by?: MemberId
  readonly reason?: string
  readonly stop?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly usage?: Usage
  readonly omitted?: boolean
  /** Id for the next queued question if one can start; null leaves the queue as it is (shutting down). */
  readonly next: GenerationId | null
}

/** The error of an answer whose node is gone, whichever node ends it. */
export const INTERRUPTED = {
  code: 'interrupted',
  message: 'The server stopped while Claude was answering.',
}

/**
 * A generation ends, and the head of the queue starts as `next`. A stop holds the queue if a question waits in it (R2.4).
 * The log checks whether the caller may end the generation and whether it has already ended.
 * @throws Error for any generation other than the running one
 */
export const end: Rule<End> = {
  frees: true,
  decide(docket, command) {
    const { generationId, next } = command
    if (docket.running !== generationId) throw new Error(`${generationId} does not run`)
    const ended = endOf(docket, command)
    const { held } = ended
    const started = next === null ? [] : promotion({ ...docket, running: null, held }, next)
    return [ended, ...started]
  },
}

/** The end of the running generation. */
export function endOf(
  { number, queue, held }: Docket,
  details: Pick<End, 'generationId' | 'outcome'> & EndDetails,
): EndDraft {
  const { generationId, outcome } = details
  return {
    type: 'generation-ended',
    generationId,
    number,
    outcome,
    held: queue.length > 0 && (outcome === 'cancelled' || held),
    ...endDetails(details),
  }
}
