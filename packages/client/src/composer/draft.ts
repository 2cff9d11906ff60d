// A draft as this browser keeps it: what belongs together, so that what was meant for the room alone never
// becomes a question to Claude, and an answer to somebody keeps what it answers to.
import { quoteSchema } from '@roomcast/shared/protocol'
import * as v from 'valibot'

const draftSchema = v.object({
  text: v.string(),
  ask: v.boolean(),
  /** The passage that it answers to. */
  quote: v.optional(v.nullable(quoteSchema), null),
  /** The model that is to answer, or null for the room's. */
  model: v.optional(v.nullable(v.string()), null),
  /** Members that were taken from the list of names; which of them the text still calls is found when it is sent. */
  chosen: v.optional(v.array(v.string()), () => []),
})
export type Draft = Readonly<v.InferOutput<typeof draftSchema>>

/** What a room begins with. */
export const NO_DRAFT: Draft = { text: '', ask: true, quote: null, model: null, chosen: [] }

/** Reads what `keptDraft` wrote; anything else counts as no draft. */
export function draftOf(kept: string | null): Draft {
  if (kept === null) return NO_DRAFT
  try {
    const parsed = v.safeParse(draftSchema, JSON.parse(kept))
    return parsed.success ? parsed.output : NO_DRAFT
  } catch {
    // ignored because: it is not a draft then, see above.
    return NO_DRAFT
  }
}

/** What to keep of a draft; null when there is nothing to keep. */
export function keptDraft(draft: Draft): string | null {
  const { text, ask, quote, model } = draft
  return text === '' && ask && quote === null && model === null ? null : JSON.stringify(draft)
}

/** What is left in the composer after its text was sent: whom the next one is for. */
export function afterSending({ ask }: Draft): Draft {
  return { ...NO_DRAFT, ask }
}

/**
 * A draft into which a message goes back that was not taken: before what has been written since.
 * Joined with a question, what was meant for the room alone would be asked with it.
 */
export function takenBack(draft: Draft, message: Draft): Draft {
  if (draft.text === '') return { ...message, quote: message.quote ?? draft.quote }
  return {
    text: `${message.text}\n\n${draft.text}`,
    ask: message.ask && draft.ask,
    quote: message.quote ?? draft.quote,
    model: message.model ?? draft.model,
    chosen: [...message.chosen, ...draft.chosen],
  }
}
