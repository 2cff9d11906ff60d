// The draft of a room. Each tab has its own, which survives a reload. A new tab begins with the most recent draft of all
// tabs, so that closing a tab loses nothing. Drafts never leave the browser.
import { type ShallowRef, shallowRef, watch } from 'vue'
import { type Draft, draftOf, keptDraft } from './draft-schema.ts'

/** The draft of a room; changes with the room. */
export function useDraft(roomId: () => string): ShallowRef<Draft> {
  const key = () => `draft:${roomId()}`
  const draft = shallowRef(draftOf(read(key())))
  watch(roomId, () => (draft.value = draftOf(read(key()))), { flush: 'sync' })
  watch(draft, (now) => write(key(), keptDraft(now)), { flush: 'sync' })
  return draft
}

const OWN = () => sessionStorage
const STORES = [OWN, () => localStorage]
/** Marks a tab whose draft was cleared: unlike a new tab, it does not pick up the draft of another tab. */
const NOTHING = ''

function read(key: string): string | null {
  for (const store of STORES) {
    try {
      const kept = store().getItem(key)
      if (kept !== null) return kept
    } catch {
      // ignored because: a browser that stores nothing only loses drafts on reload.
    }
  }
  return null
}

function write(key: string, kept: string | null): void {
  for (const store of STORES) {
    try {
      if (kept !== null || store === OWN) store().setItem(key, kept ?? NOTHING)
      else store().removeItem(key)
    } catch {
      // ignored because: see `read`.
    }
  }
}
