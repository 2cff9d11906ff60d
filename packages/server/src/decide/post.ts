import type { Quote } from '@roomcast/shared/protocol'
import { LIMITS, Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import type { Docket } from './docket.ts'
import type { Facts } from './facts.ts'
import { startOf } from './start.ts'

/** What somebody is told who may not queue more. */
export const OWN_QUEUE_FULL = 'You have too many questions waiting already.'

/** Somebody says something, or asks: the question starts at once where nothing stands before it, else it waits (R2.3). */
export function post(docket: Docket, command: CommandOf<'post'>, facts: Facts): Draft[] | Refusal {
  const { messageId, by, text, ask, mentions, model, generationId } = command
  const { queue, running, held } = docket
  const isBusy = running !== null || held || queue.length > 0
  const waits = ask && (isBusy || command.waits === true)
  const full = waits ? refusedAsFull(docket, command) : null
  if (full) return full
  const posted: Draft = {
    type: 'message-posted',
    messageId,
    by,
    text,
    ask,
    ...quoted(command, facts),
    ...(mentions === undefined ? {} : { mentions }),
    ...(model === undefined ? {} : { model }),
  }
  if (!ask) return [posted]
  if (waits) return [posted, { type: 'question-queued', messageId }]
  return [posted, startOf(docket, { generationId, mode: 'answer', messageId, by }, model)]
}

function refusedAsFull({ queue }: Docket, { by }: CommandOf<'post'>): Refusal | null {
  if (queue.length >= LIMITS.queueLength) return new Refusal('queue-full')
  const own = queue.filter((asked) => asked.by === by).length
  return own >= LIMITS.queueLengthPerMember ? new Refusal('queue-full', OWN_QUEUE_FULL) : null
}

/** The room knows whose words they are; those that are not there, or not any more, are not quoted (R6.4). */
function quoted({ quote, by }: CommandOf<'post'>, facts: Facts): { quote?: Quote } {
  if (!quote) return {}
  const { of, text, isOwn = false } = quote
  if (facts.quoted === 'reply') return { quote: isOwn ? { of, by, text } : { of, text } }
  if (facts.quoted === null || facts.quoted.isRetracted) return {}
  return { quote: { of, by: isOwn ? by : facts.quoted.by, text } }
}
