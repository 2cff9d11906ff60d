// The replies that can be continued: for each question the newest reply, or if that one is empty, the newest reply before
// it that has text.
import type { Message, Reply } from '@roomcast/shared/protocol'

export interface NewestReplies {
  /** Numbers of the replies that are the last ones to their question. */
  readonly any: ReadonlySet<number>
  /** Numbers of the replies that are, of those with text or still being written, the last ones to their question. */
  readonly telling: ReadonlySet<number>
}

/** @param messages oldest first */
export function newestReplies(messages: readonly Message[]): NewestReplies {
  const any = new Map<string, number>()
  const telling = new Map<string, number>()
  for (const message of messages) {
    if (message.kind !== 'reply') continue
    any.set(message.messageId, message.number)
    if (isTelling(message)) telling.set(message.messageId, message.number)
  }
  return { any: new Set(any.values()), telling: new Set(telling.values()) }
}

function isTelling(reply: Reply): boolean {
  return reply.ended === null || saysSomething(reply)
}

/** Whether there is any text besides thinking. Bytes before the first mark are text. */
export function saysSomething({ marks, end }: Reply): boolean {
  const unmarked = marks[0]?.from ?? end
  return (
    unmarked > 0 ||
    marks.some(({ kind, from }, index) => kind === 'text' && (marks[index + 1]?.from ?? end) > from)
  )
}
