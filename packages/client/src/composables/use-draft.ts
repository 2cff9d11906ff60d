// What is being written in a room, and whether it is for Claude. It survives a reload of the tab and is never
// sent to others.
import { type Ref, ref, watch } from 'vue'
import { draftOf, keptDraft } from './draft.ts'

export interface DraftRefs {
  readonly text: Ref<string>
  readonly ask: Ref<boolean>
}

/** The draft of a room; another one when the room changes. */
export function useDraft(roomId: () => string): DraftRefs {
  const key = () => `draft:${roomId()}`
  const stored = draftOf(read(key()))
  const text = ref(stored.text)
  const ask = ref(stored.ask)
  watch(roomId, () => {
    const other = draftOf(read(key()))
    text.value = other.text
    ask.value = other.ask
  })
  watch([text, ask], () => write(key(), keptDraft({ text: text.value, ask: ask.value })))
  return { text, ask }
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    // ignored because: a browser that stores nothing only loses drafts on reload.
    return null
  }
}

function write(key: string, kept: string | null): void {
  try {
    if (kept === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, kept)
  } catch {
    // ignored because: see `read`.
  }
}
