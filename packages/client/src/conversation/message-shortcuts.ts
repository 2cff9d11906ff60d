// Keyboard shortcuts of single letters while a message has the focus.
import type { Message } from '@roomcast/shared/protocol'
import { copyText } from '../browser/copy-text.ts'
import type { MessageAct } from '../message/message-act.ts'
import { sourceOf } from '../message/quote.ts'
import { selectedIn } from '../message/selected-text.ts'
import type { MessageContext } from './message-context.ts'

/** The action of a letter; null if it has none for this message. Copying is done here and returns null. */
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
