// A draft as this browser keeps it: the text and whom it is for belong together, so that what was meant for
// the room alone never becomes a question to Claude.
import * as v from 'valibot'

const draftSchema = v.object({ text: v.string(), ask: v.boolean() })
export type Draft = Readonly<v.InferOutput<typeof draftSchema>>

/** What a room begins with. */
export const NO_DRAFT: Draft = { text: '', ask: true }

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
  return draft.text === '' && draft.ask ? null : JSON.stringify(draft)
}
