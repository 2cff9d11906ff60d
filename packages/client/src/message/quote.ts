// Makes the passage that a message quotes.
import { LIMITS, type Message, type Quote } from '@roomcast/shared/protocol'
import { answerText } from '@roomcast/shared/room'

const CUT = '…'

/** At most `LIMITS.quoteLength` UTF-16 units of a passage, cut between characters and marked with an ellipsis. */
export function cutQuote(passage: string, limit: number = LIMITS.quoteLength): string {
  const text = passage.trim()
  if (text.length <= limit) return text
  const end = limit - CUT.length
  // Never cut between the halves of a surrogate pair.
  const half = /[\uD800-\uDBFF]/.test(text[end - 1] ?? '')
  return text.slice(0, half ? end - 1 : end).trimEnd() + CUT
}

/** A quote of the passage selected in a message, or else of its beginning. Null if there is no text yet. */
export function quoteOf(message: Message, selected: string): Quote | null {
  const said = message.kind === 'said'
  const text = cutQuote(selected.trim() || (said ? message.text : answerText(message)))
  if (text === '') return null
  return said ? { of: message.messageId, by: message.by, text } : { of: message.generationId, text }
}

/** The text of a message as written; for an answer its Markdown, without Claude's thinking. */
export function sourceOf(message: Message): string {
  return message.kind === 'said' ? message.text : answerText(message)
}
