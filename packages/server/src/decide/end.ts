import { type EndDetails, endDetails } from '@roomcast/shared/room'
import type { CommandOf } from './commands.ts'
import type { Draft, EndDraft } from './draft.ts'
import type { Docket } from './docket.ts'
import { promotion } from './promotion.ts'

/**
 * A generation ends, and the head of the queue starts as `next`. A stop holds a queue in which something waits (R2.4). Whether it
 * is the caller's to end, and whether it had ended before, the log knows.
 * @throws Error for another generation than the one that runs
 */
export function end(docket: Docket, command: CommandOf<'end'>): Draft[] {
  const { generationId, next } = command
  if (docket.running !== generationId) throw new Error(`${generationId} does not run`)
  const ended = endOf(docket, command)
  const { held } = ended
  const started = next === null ? [] : promotion({ ...docket, running: null, held }, next)
  return [ended, ...started]
}

/** The end of the generation that runs. */
export function endOf(
  { number, queue, held }: Docket,
  end: Pick<CommandOf<'end'>, 'generationId' | 'outcome'> & EndDetails,
): EndDraft {
  const { generationId, outcome } = end
  return {
    type: 'generation-ended',
    generationId,
    number,
    outcome,
    held: queue.length > 0 && (outcome === 'cancelled' || held),
    ...endDetails(end),
  }
}
