// The passage that a message answers to.
import { LIMITS, type Message, type Quote } from '@roomcast/shared/protocol'
import { answerText } from '@roomcast/shared/room'

const CUT = '…'

/** At most `LIMITS.quoteLength` UTF-16 units of a passage: cut between characters, and seen to be cut. */
export function cutQuote(passage: string, limit: number = LIMITS.quoteLength): string {
  const text = passage.trim()
  if (text.length <= limit) return text
  const end = limit - CUT.length
  // Not between the halves of a character.
  const half = /[\uD800-\uDBFF]/.test(text[end - 1] ?? '')
  return text.slice(0, half ? end - 1 : end).trimEnd() + CUT
}

/** A quote of a message: of the passage that is selected in it, or of its beginning. Null when there is no text yet. */
export function quoteOf(message: Message, selected: string): Quote | null {
  const said = message.kind === 'said'
  const text = cutQuote(selected.trim() || (said ? message.text : answerText(message)))
  if (text === '') return null
  return said ? { of: message.messageId, by: message.by, text } : { of: message.generationId, text }
}

/** What a message says, as it was written: of an answer the Markdown, without Claude's thoughts. */
export function sourceOf(message: Message): string {
  return message.kind === 'said' ? message.text : answerText(message)
}
