// Looks for words in a room, a little after they were typed, newest messages first.
import { computed, type ComputedRef, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import type { SearchPage } from '@roomcast/shared/protocol'
import { errorText } from '../api/api-error.ts'
import { browserClock } from '../browser/clock.ts'

export type Found = SearchPage['found'][number]

export interface Search {
  readonly found: ComputedRef<readonly Found[]>
  /** Before this offset it can be gone on; null when everything was looked through. */
  readonly next: Readonly<Ref<number | null>>
  readonly looking: Readonly<Ref<boolean>>
  readonly problem: Readonly<Ref<string | null>>
  /** What `found` is about; empty before the first search. */
  readonly of: Readonly<Ref<string>>
  /** Goes on where it stopped. */
  readonly more: () => Promise<void>
}

/** Up to a page of what was found before an offset (null: the end), newest first. */
export type SearchRoom = (words: string, before: number | null) => Promise<SearchPage>

/** Typing goes on for about as long as this between two letters. */
const TYPING_MS = 250
/** Calls made without asking while nothing is found: each looks through a thousand messages. */
const MOST_CALLS = 12

/**
 * @param words the words to look for: those of the last search, so that its next result is one press away
 * @param retracted messages that were deleted since the room was opened, by messageId
 */
export function useSearch(
  words: Ref<string>,
  search: SearchRoom,
  retracted: () => ReadonlySet<string>,
): Search {
  const found = shallowRef<readonly Found[]>([])
  const next = ref<number | null>(null)
  const looking = ref(false)
  const problem = ref<string | null>(null)
  const of = ref('')
  /** Counts searches: what comes for an earlier one is of no use. */
  let turn = 0

  const look = async (query: string, before: number | null): Promise<void> => {
    const mine = ++turn
    looking.value = true
    problem.value = null
    try {
      let from = before
      for (let call = 0; call < MOST_CALLS; call++) {
        const page = await search(query, from)
        if (mine !== turn) return
        found.value = [...(before === null && call === 0 ? [] : found.value), ...page.found]
        next.value = from = page.next
        of.value = query
        if (page.found.length > 0 || from === null) break
      }
    } catch (error) {
      if (mine === turn) problem.value = errorText(error)
    } finally {
      if (mine === turn) looking.value = false
    }
  }

  watch(
    words,
    (typed, before, onCleanup) => {
      const query = typed.trim()
      if (query === '') {
        turn++
        found.value = []
        of.value = ''
        next.value = null
        looking.value = false
        problem.value = null
      } else
        onCleanup(
          browserClock.after(before === undefined ? 0 : TYPING_MS, () => void look(query, null)),
        )
    },
    { immediate: true },
  )
  onScopeDispose(() => turn++)

  return {
    found: computed(() => found.value.filter(({ id }) => !retracted().has(id))),
    next,
    looking,
    problem,
    of,
    more: () => look(of.value || words.value.trim(), of.value === '' ? null : next.value),
  }
}
