// The conversation as it is laid out: its messages in blocks, and where in it the new part begins.
import { computed, type ComputedRef, type Ref, ref, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { blockAt, type Block, blocksOf } from './message-blocks.ts'
import { isOtherDay } from './day-text.ts'
import { words } from '../wording/language.ts'
import type { Conversation } from './use-conversation.ts'

export interface MessageBlocks {
  readonly blocks: ComputedRef<readonly Block[]>
  /** Offset of the first new message; null when that is not on the page. */
  readonly firstNew: ComputedRef<number | null>
  /** What is said above it. */
  readonly news: ComputedRef<{ readonly text: string; readonly read: boolean } | null>
  /** It is further back than what is shown. */
  readonly newsBefore: ComputedRef<boolean>
  /** Any time of today. */
  readonly today: Readonly<Ref<number>>
  /** The offset if it lies in the block, else null. */
  readonly within: (block: Block, offset: number | null) => number | null
}

export function useMessageBlocks({ messages, earlier, unread }: Conversation): MessageBlocks {
  const after = computed(() => unread.value?.after ?? Infinity)
  const today = ref(browserClock.now())
  watch(messages, (now) => {
    const last = now.at(-1)?.at ?? 0
    if (isOtherDay(browserClock.now(), today.value) || isOtherDay(last, today.value))
      today.value = browserClock.now()
  })
  return {
    blocks: computed((before?: readonly Block[]) => blocksOf(messages.value, before)),
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
    within: (block, offset) => (offset !== null && blockAt(offset) === block.key ? offset : null),
  }
}
