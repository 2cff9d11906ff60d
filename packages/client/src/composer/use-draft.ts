// What is being written in a room. Each tab has its own, which survives a reload; a tab that is opened anew begins
// with what was written last, so that a closed one loses nothing. It is never sent to others.
import { type ShallowRef, shallowRef, watch } from 'vue'
import { type Draft, draftOf, keptDraft } from './draft.ts'

/** The draft of a room; another one when the room changes. */
export function useDraft(roomId: () => string): ShallowRef<Draft> {
  const key = () => `draft:${roomId()}`
  const draft = shallowRef(draftOf(read(key())))
  watch(roomId, () => (draft.value = draftOf(read(key()))), { flush: 'sync' })
  watch(draft, (now) => write(key(), keptDraft(now)), { flush: 'sync' })
  return draft
}

const OWN = () => sessionStorage
const STORES = [OWN, () => localStorage]
/** A tab in which nothing is written any more: unlike one that is opened anew, it does not begin with what others have. */
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
