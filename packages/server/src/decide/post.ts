import type { CommandId, GenerationId, MemberId, MessageId, Quote } from '@roomcast/shared/protocol'
import { LIMITS, Refusal } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { Facts } from './facts.ts'
import type { Rule } from './rule.ts'
import { startOf } from './start.ts'

/** With `ask`, the question starts `generationId` at once, or waits in the queue. */
export interface Post {
  readonly type: 'post'
  readonly commandId: CommandId
  readonly messageId: MessageId
  readonly by: MemberId
  readonly text: string
  readonly ask: boolean
  /** Used if the question can start at once. */
  readonly generationId: GenerationId
  /** The question waits in the queue although nothing runs: its node has no place for it now. */
  readonly waits?: boolean
  /** What it answers to: `of` names a message or a generation. The log knows whose that is, and leaves out what is not there. */
  readonly quote?: {
    readonly of: string
    readonly text: string
    /** That message does not hold the text: they are the words of whoever posts. */
    readonly isOwn?: boolean
  }
  readonly mentions?: readonly MemberId[]
  /** The model that is to answer this question, also when it is asked again; without one it is the room's. */
  readonly model?: string
}

/** What somebody is told who may not queue more. */
const OWN_QUEUE_FULL = 'You have too many questions waiting already.'

/** Somebody says something, or asks: the question starts at once where nothing stands before it, else it waits (R2.3). */
export const post: Rule<Post> = {
  frees: false,
  subject: ({ quote }) => quote?.of ?? null,
  decide(docket, command, facts) {
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
  },
}

function refusedAsFull({ queue }: Docket, { by }: Post): Refusal | null {
  if (queue.length >= LIMITS.queueLength) return new Refusal('queue-full')
  const own = queue.filter((asked) => asked.by === by).length
  return own >= LIMITS.queueLengthPerMember ? new Refusal('queue-full', OWN_QUEUE_FULL) : null
}

/** The room knows whose words they are; those that are not there, or not any more, are not quoted (R6.4). */
function quoted({ quote, by }: Post, { message, generation }: Facts): { quote?: Quote } {
  if (!quote) return {}
  const { of, text, isOwn = false } = quote
  if (generation !== null) return { quote: isOwn ? { of, by, text } : { of, text } }
  if (message === null || message.isRetracted) return {}
  return { quote: { of, by: isOwn ? by : message.by, text } }
}
