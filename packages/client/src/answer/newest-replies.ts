// Which replies can be gone on from: of each question the newest, and where that one is empty, the newest
// before it that says something.
import type { Message, Reply } from '@roomcast/shared/protocol'

export interface NewestReplies {
  /** Numbers of the replies that no other one to the same question follows. */
  readonly any: ReadonlySet<number>
  /** Numbers of the replies that none with text, or still being written, follows. */
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

/** Whether there is anything of the answer itself; thoughts are not. What comes before any mark is text. */
export function saysSomething({ marks, end }: Reply): boolean {
  const unmarked = marks[0]?.from ?? end
  return (
    unmarked > 0 ||
    marks.some(({ kind, from }, index) => kind === 'text' && (marks[index + 1]?.from ?? end) > from)
  )
}
