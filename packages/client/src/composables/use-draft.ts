// What is being written in a room. It survives a reload of the tab and is never sent to others.
import { type Ref, ref, watch } from 'vue'

/** The draft of a room; another one when the room changes. */
export function useDraft(roomId: () => string): Ref<string> {
  const key = () => `draft:${roomId()}`
  const draft = ref(stored(key()))
  watch(roomId, () => (draft.value = stored(key())))
  watch(draft, (text) => store(key(), text))
  return draft
}

function stored(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    // ignored because: a browser that stores nothing only loses drafts on reload.
    return ''
  }
}

function store(key: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // ignored because: see `stored`.
  }
}
