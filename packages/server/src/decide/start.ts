import type { EntryOf } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import type { Docket } from './docket.ts'
import type { Facts } from './facts.ts'

/** An answer is tried again, or gone on with; it goes before whatever waits. */
export function start(
  docket: Docket,
  command: CommandOf<'start'>,
  facts: Facts,
): Draft[] | Refusal {
  const { generationId, mode, of, by } = command
  if (docket.running !== null) return new Refusal('generation-running')
  if (facts.generation === null) return new Refusal('generation-not-found')
  if (!facts.generation.hasEnded) return new Refusal('generation-not-ended')
  const { messageId } = facts.generation
  if (facts.message === null || facts.message.isRetracted) return new Refusal('message-not-found')
  return [startOf(docket, { generationId, mode, messageId, of, by }, facts.message.model)]
}

type Begun = Pick<
  EntryOf<'generation-started'>,
  'generationId' | 'mode' | 'messageId' | 'of' | 'by'
>

/** The next generation of a room. @param model that its question asks for, if it asks for one */
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
