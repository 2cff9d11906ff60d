import type { EntryOf, GenerationId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { OfMember, Rule } from './rule.ts'

export interface Start extends OfMember {
  readonly type: 'start'
  readonly generationId: GenerationId
  readonly mode: 'retry' | 'continue'
  /** The ended generation to retry or continue. */
  readonly of: GenerationId
}

/** Retries or continues an answer, ahead of the queue. */
export const start: Rule<Start> = {
  frees: false,
  subject: ({ of }) => of,
  decide(docket, { generationId, mode, of, by }, { generation, question }) {
    if (docket.running !== null) return new Refusal('generation-running')
    if (generation === null) return new Refusal('generation-not-found')
    if (!generation.hasEnded) return new Refusal('generation-not-ended')
    const { messageId } = generation
    if (question === null || question.isRetracted) return new Refusal('message-not-found')
    return [startOf(docket, { generationId, mode, messageId, of, by }, question.model)]
  },
}

type Begun = Pick<
  EntryOf<'generation-started'>,
  'generationId' | 'mode' | 'messageId' | 'of' | 'by'
>

/** The next generation of a room. @param model chosen for its question; undefined: the room's model */
export function startOf(
  { number, model: preset }: Docket,
  { generationId, mode, messageId, of, by }: Begun,
  model: string | undefined,
): Draft {
  return {
    type: 'generation-started',
    generationId,
    number: number + 1,
    mode,
    messageId,
    by,
    model: model ?? preset,
    ...(of === undefined ? {} : { of }),
  }
}
