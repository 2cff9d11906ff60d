// Mentioning somebody while writing: the people offered for the @ at the caret, the chosen one, and the keys of the list.
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
  /** The people offered; empty while no mention is being typed. */
  readonly offered: ComputedRef<readonly Mentionable[]>
  readonly chosen: Readonly<{ value: number }>
  /** Call it when the text or the caret changed. */
  readonly look: () => void
  readonly close: () => void
  readonly take: (person: Mentionable) => void
  /** Whether the key was for the list. */
  readonly key: (event: KeyboardEvent) => boolean
}

interface MentionOptions {
  readonly field: Readonly<ShallowRef<HTMLTextAreaElement | null>>
  readonly people: () => readonly Mentionable[]
  /** Called when a person is chosen from the list; `text` is the new content of the field. */
  readonly taken: (person: Mentionable, text: string) => void
}

export function useMention({ field, people, taken }: MentionOptions): Mention {
  const query = shallowRef<MentionQuery | null>(null)
  const chosen = ref(0)
  /** The place of the @ whose list was closed; that list does not open again by itself. */
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
