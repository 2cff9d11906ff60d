// The layout of the conversation: its messages in blocks, and the place of the first unread message.
import { computed, type ComputedRef, type Ref, ref, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { blockAt, type Block, blocksOf } from './message-blocks.ts'
import { isOtherDay } from './day-text.ts'
import { words } from '../wording/language.ts'
import type { Conversation } from './use-conversation.ts'

export interface MessageBlocks {
  readonly blocks: ComputedRef<readonly Block[]>
  /** The offset of the first unread message; null if it is not on the page. */
  readonly firstNew: ComputedRef<number | null>
  /** The line above it. */
  readonly news: ComputedRef<{ readonly text: string; readonly read: boolean } | null>
  /** The first unread message lies before the messages shown. */
  readonly newsBefore: ComputedRef<boolean>
  /** Any time on the current day. */
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
      // The first message shown may not be the first unread one while earlier messages are not loaded.
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
