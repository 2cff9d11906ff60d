// Calling somebody by name while writing: what is offered for the @ at the caret, which of it is chosen, and the keys
// that go with it.
import { computed, type ComputedRef, nextTick, ref, type ShallowRef, shallowRef } from 'vue'
import {
  CLAUDE,
  type Mentionable,
  mentionable,
  type MentionQuery,
  mentionQuery,
  withMention,
} from './mention.ts'

interface Mention {
  /** Who is offered; empty while nobody is being called. */
  readonly offered: ComputedRef<readonly Mentionable[]>
  readonly chosen: Readonly<{ value: number }>
  /** The text or the caret was changed. */
  readonly look: () => void
  readonly close: () => void
  readonly take: (person: Mentionable) => void
  /** Whether the key was for the list. */
  readonly key: (event: KeyboardEvent) => boolean
}

interface MentionOptions {
  readonly field: Readonly<ShallowRef<HTMLTextAreaElement | null>>
  readonly people: () => readonly Mentionable[]
  /** Somebody was taken from the list; `text` is what the field holds then. */
  readonly taken: (person: Mentionable, text: string) => void
}

export function useMention({ field, people, taken }: MentionOptions): Mention {
  const query = shallowRef<MentionQuery | null>(null)
  const chosen = ref(0)
  /** Where the @ is whose list was closed; it does not open again by itself. */
  let closedAt: number | null = null
  const offered = computed(() =>
    query.value ? mentionable(query.value, [CLAUDE, ...people()]) : [],
  )
  const close = (): void => {
    closedAt = query.value?.from ?? null
    query.value = null
  }
  const take = (person: Mentionable): void => {
    const element = field.value
    if (!query.value || !element) return
    const { text, caret } = withMention(element.value, query.value, person.name)
    query.value = null
    taken(person, text)
    void nextTick(() => element.setSelectionRange(caret, caret))
  }

  return {
    offered,
    chosen,
    close,
    take,
    look() {
      const element = field.value
      const { value = '', selectionStart: start = 0, selectionEnd: end = 0 } = element ?? {}
      const now = start === end ? mentionQuery(value, start) : null
      if (now?.from !== closedAt) closedAt = null
      if (now?.words !== query.value?.words) chosen.value = 0
      query.value = now && now.from === closedAt ? null : now
    },
    key(event) {
      const count = offered.value.length
      const person = offered.value[chosen.value]
      if (count === 0 || person === undefined) return false
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) chosen.value = (chosen.value + step + count) % count
      else if (event.key === 'Escape') close()
      else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) take(person)
      else return false
      event.preventDefault()
      event.stopPropagation()
      return true
    },
  }
}
