// Searches a room shortly after the last key press, newest messages first.
import { computed, type ComputedRef, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import type { SearchPage } from '@roomcast/shared/protocol'
import { errorText } from '../api/api-error.ts'
import { browserClock } from '../browser/clock.ts'

export type Found = SearchPage['found'][number]

export interface Search {
  readonly found: ComputedRef<readonly Found[]>
  /** The offset before which the search can continue; null once the whole room has been searched. */
  readonly next: Readonly<Ref<number | null>>
  readonly looking: Readonly<Ref<boolean>>
  readonly problem: Readonly<Ref<string | null>>
  /** The query of `found`; empty before the first search. */
  readonly of: Readonly<Ref<string>>
  /** Continues the search where it stopped. */
  readonly more: () => Promise<void>
}

/** Returns at most a page of results before an offset (null: the end), newest first. */
export type SearchRoom = (words: string, before: number | null) => Promise<SearchPage>

/** The usual time between two letters while a person types, ms. */
const TYPING_MS = 250
/** Calls made automatically while nothing is found: each searches a thousand messages. */
const MOST_CALLS = 12

/**
 * @param words the query, initially that of the last search, so that its next result is one press away
 * @param retracted ids of messages retracted since the room was opened
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
  /** The number of the current search; results of earlier ones are ignored. */
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
