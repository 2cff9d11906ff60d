// Single letters, with a message in focus.
import type { Message } from '@roomcast/shared/protocol'
import { copyText } from '../browser/copy-text.ts'
import type { MessageAct } from '../message/message-act.ts'
import { sourceOf } from '../message/quote.ts'
import { selectedIn } from '../message/selected-text.ts'
import type { MessageContext } from './message-context.ts'

/** What a letter asks for; null when it means nothing for this message. Copying is done here. */
export function actOfLetter(
  letter: string,
  message: Message,
  { idle, newest }: Pick<MessageContext, 'idle' | 'newest'>,
): MessageAct | null {
  if (letter === 'c') void copyText(sourceOf(message))
  if (letter === 'q')
    return { type: 'quote', message, selected: selectedIn(document.activeElement) }
  if (letter !== 'r' || message.kind !== 'reply' || message.ended === null) return null
  const mayRetry = idle.value && newest.value.any.has(message.number)
  return mayRetry ? { type: 'retry', generationId: message.generationId } : null
}
