import { endDetails } from '@roomcast/shared/room'
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
  const { generationId, outcome, next } = command
  if (docket.running !== generationId) throw new Error(`${generationId} does not run`)
  const held = docket.queue.length > 0 && (outcome === 'cancelled' || docket.held)
  const ended: EndDraft = {
    type: 'generation-ended',
    generationId,
    number: docket.number,
    outcome,
    held,
    ...endDetails(command),
  }
  const started = next === null ? [] : promotion({ ...docket, running: null, held }, next)
  return [ended, ...started]
}
