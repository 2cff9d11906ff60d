// Single letters, with a message in focus.
import type { Message } from '@roomcast/shared/protocol'
import { copyText } from '../copy-text.ts'
import type { TalkAct } from '../talk/act.ts'
import { sourceOf } from '../talk/quote.ts'
import { selectedIn } from '../talk/selected.ts'
import type { LogContext } from './log-context.ts'

/** What a letter asks for; null when it means nothing for this message. Copying is done here. */
export function actOfLetter(
  letter: string,
  message: Message,
  { idle, newest }: Pick<LogContext, 'idle' | 'newest'>,
): TalkAct | null {
  if (letter === 'c') void copyText(sourceOf(message))
  if (letter === 'q')
    return { kind: 'quote', message, selected: selectedIn(document.activeElement) }
  if (letter !== 'r' || message.kind !== 'reply' || message.ended === null) return null
  const mayRetry = idle.value && newest.value.any.has(message.number)
  return mayRetry ? { kind: 'retry', generationId: message.generationId } : null
}
