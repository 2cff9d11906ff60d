// A draft as this browser saves it. The text is saved together with its recipient and quote, so that a message meant for
// the room alone never becomes a question to Claude, and a reply to somebody keeps its quote.
import { quoteSchema } from '@roomcast/shared/protocol'
import * as v from 'valibot'

const draftSchema = v.object({
  text: v.string(),
  ask: v.boolean(),
  /** The passage that the draft replies to. */
  quote: v.optional(v.nullable(quoteSchema), null),
  /** The model to ask, or null for the room's. */
  model: v.optional(v.nullable(v.string()), null),
  /** Members chosen from the list of names. When the draft is sent, only those still mentioned in the text count. */
  chosen: v.optional(v.array(v.string()), () => []),
})
export type Draft = Readonly<v.InferOutput<typeof draftSchema>>

/** The draft that a room begins with. */
export const NO_DRAFT: Draft = { text: '', ask: true, quote: null, model: null, chosen: [] }

/** Reads the output of `keptDraft`; anything else counts as no draft. */
export function draftOf(kept: string | null): Draft {
  if (kept === null) return NO_DRAFT
  try {
    const parsed = v.safeParse(draftSchema, JSON.parse(kept))
    return parsed.success ? parsed.output : NO_DRAFT
  } catch {
    // ignored because: anything that is not JSON counts as no draft, see above.
    return NO_DRAFT
  }
}

/** Serializes a draft for storage; null if there is nothing to save. */
export function keptDraft(draft: Draft): string | null {
  const { text, ask, quote, model } = draft
  return text === '' && ask && quote === null && model === null ? null : JSON.stringify(draft)
}

/** The draft after its text was sent: empty, with the same recipient. */
export function afterSending({ ask }: Draft): Draft {
  return { ...NO_DRAFT, ask }
}

/**
 * A draft with a refused message put back before the text written since. The result is a question only if both parts were:
 * otherwise a message meant for the room alone would go to Claude with the question.
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
