// The conversation as it is laid out: its messages in chunks, and where in it the new part begins.
import { computed, type ComputedRef, type Ref, ref, watch } from 'vue'
import { browserClock } from '../clock.ts'
import { chunkAt, type Chunk, chunksOf } from '../room/chunks.ts'
import { isOtherDay } from '../wording/day-text.ts'
import { words } from '../wording/language.ts'
import type { Conversation } from './use-conversation.ts'

export interface LogContent {
  readonly chunks: ComputedRef<readonly Chunk[]>
  /** Offset of the first new message; null when that is not on the page. */
  readonly firstNew: ComputedRef<number | null>
  /** What is said above it. */
  readonly news: ComputedRef<{ readonly text: string; readonly read: boolean } | null>
  /** It is further back than what is shown. */
  readonly newsBefore: ComputedRef<boolean>
  /** Any time of today. */
  readonly today: Readonly<Ref<number>>
  /** The offset if it lies in the chunk, else null. */
  readonly within: (chunk: Chunk, offset: number | null) => number | null
}

export function useLogContent({ messages, earlier, unread }: Conversation): LogContent {
  const after = computed(() => unread.value?.after ?? Infinity)
  const today = ref(browserClock.now())
  watch(messages, (now) => {
    const last = now.at(-1)?.at ?? 0
    if (isOtherDay(browserClock.now(), today.value) || isOtherDay(last, today.value))
      today.value = browserClock.now()
  })
  return {
    chunks: computed((before?: readonly Chunk[]) => chunksOf(messages.value, before)),
    firstNew: computed(() => {
      const first = messages.value.findIndex(({ offset }) => offset > after.value)
      // Whether it is the first one is not known while there may be others before it.
      return first > 0 || !earlier.value ? (messages.value[first]?.offset ?? null) : null
    }),
    news: computed(() => {
      const mark = unread.value
      return mark && { text: words.log.unread(mark.count, mark.more), read: mark.read }
    }),
    newsBefore: computed(() => {
      const first = messages.value[0]?.offset ?? 0
      return unread.value?.read === false && earlier.value && first > after.value
    }),
    today,
    within: (chunk, offset) => (offset !== null && chunkAt(offset) === chunk.key ? offset : null),
  }
}
