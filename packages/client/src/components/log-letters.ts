// Single letters, with a message in focus. Pure.
import type { Message } from '@roomcast/shared/protocol'
import type { TalkAct } from '../talk/act.ts'
import type { LogContext } from './log-context.ts'

/** What a letter asks for; null when it means nothing for this message. */
export function actOfLetter(
  letter: string,
  message: Message,
  { idle, newest }: Pick<LogContext, 'idle' | 'newest'>,
): TalkAct | null {
  if (letter === 'q') return { kind: 'quote', message, selected: '' }
  if (letter !== 'r' || message.kind !== 'reply' || message.ended === null) return null
  const mayRetry = idle.value && newest.value.any.has(message.number)
  return mayRetry ? { kind: 'retry', generationId: message.generationId } : null
}
