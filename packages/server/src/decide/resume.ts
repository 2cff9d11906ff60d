import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import type { Docket } from './docket.ts'
import { promotion } from './promotion.ts'

/** A queue that a stop has put on hold goes on. */
export function resume(
  docket: Docket,
  { by, generationId }: CommandOf<'resume'>,
): Draft[] | Refusal {
  if (!docket.held) return new Refusal('queue-not-held')
  const next = generationId === null ? [] : promotion({ ...docket, held: false }, generationId)
  return [{ type: 'queue-resumed', by }, ...next]
}
