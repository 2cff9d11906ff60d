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
  /** Queue the question although nothing runs: its node has no free slot now. */
  readonly waits?: boolean
  /** The quoted text; `of` is the id of a message or generation. The rule adds the author, and drops a quote of nothing. */
  readonly quote?: {
    readonly of: string
    readonly text: string
    /** The quoted message does not contain the text, so it is attributed to the author of this post. */
    readonly isOwn?: boolean
  }
  readonly mentions?: readonly MemberId[]
  /** The model for this question, also on a retry; undefined: the room's model. */
  readonly model?: string
}

/** The message for a member whose own share of the queue is full. */
const OWN_QUEUE_FULL = 'You have too many questions waiting already.'

/** A member posts a message or a question. A question starts at once if nothing is ahead of it, else it is queued (R2.3). */
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

/** The quote with its author as the room knows them. A message that is missing or retracted is not quoted (R6.4). */
function quoted({ quote, by }: Post, { message, generation }: Facts): { quote?: Quote } {
  if (!quote) return {}
  const { of, text, isOwn = false } = quote
  if (generation !== null) return { quote: isOwn ? { of, by, text } : { of, text } }
  if (message === null || message.isRetracted) return {}
  return { quote: { of, by: isOwn ? by : message.by, text } }
}
