// The place of the reader in the conversation, and jumps to other places in it.
import { nextTick, onMounted, type Ref, ref, type ShallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { blockAt } from './message-blocks.ts'
import type { Conversation } from './use-conversation.ts'
import type { MessageBlocks } from './use-message-blocks.ts'
import { useScroll } from './use-scroll.ts'
import { usePaging } from './use-paging.ts'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

interface ReadingPosition {
  readonly following: Readonly<Ref<boolean>>
  /** The key of the block that must be on the page wherever it is. */
  readonly needed: Readonly<Ref<number | null>>
  /** The offset of the message that is marked for a moment. */
  readonly marked: Readonly<Ref<number | null>>
  /** The first unread message lies further up. */
  readonly newsAbove: Readonly<Ref<boolean>>
  /** Call it when something was put on the page or taken off it. */
  readonly settle: () => void
  /** The element of a message, which is put on the page first if necessary. */
  readonly reach: (offset: number) => Promise<HTMLElement | null>
  readonly toFirstNew: () => void
  /** Goes to the newest messages and focuses the conversation. */
  readonly jump: () => void
  readonly focus: () => void
}

/** How long the message of an address is marked, ms. */
const MARKED_MS = 2500

export function useReadingPosition(
  scroller: ElementRef,
  column: ElementRef,
  conversation: Conversation,
  { blocks, firstNew, newsBefore }: MessageBlocks,
): ReadingPosition {
  const { detached, target, calledBack, unread } = conversation
  const needed = ref<number | null>(null)
  const marked = ref<number | null>(null)
  const newsAbove = ref(false)

  const paging = usePaging(scroller, conversation)
  const look = (): void => (paging.look(), tell())
  const { following, toEnd, show, settle, readingAt } = useScroll(scroller, column, {
    hasEnd: () => !detached.value,
    onScroll: look,
  })
  watch([blocks, firstNew], () => (settle(), look()), { flush: 'post' })

  function tell(): void {
    const mark = scroller.value?.querySelector('.news:not(.read)')?.getBoundingClientRect()
    const { top = 0, bottom = 0 } = scroller.value?.getBoundingClientRect() ?? {}
    newsAbove.value = newsBefore.value || (mark !== undefined && mark.bottom < top)
    const newsInSight = mark !== undefined && mark.bottom >= top && mark.top <= bottom
    conversation.reads({ following: following.value, at: readingAt(), newsInSight })
  }

  async function reach(offset: number): Promise<HTMLElement | null> {
    needed.value = blockAt(offset)
    await nextTick()
    return scroller.value?.querySelector<HTMLElement>(`[data-offset="${offset}"]`) ?? null
  }

  async function bring(offset: number): Promise<void> {
    const element = await reach(offset)
    if (element === null) return
    marked.value = offset
    // Marking unfolds a folded reply.
    await nextTick()
    show(element)
    element.focus({ preventScroll: true })
    tell()
    browserClock.after(MARKED_MS, () => marked.value === offset && (marked.value = null))
  }
  onMounted(() => target.value && void bring(target.value.offset))
  watch(target, (now) => now && void bring(now.offset), { flush: 'post' })
  watch(calledBack, toEnd, { flush: 'post' })

  const focus = (): void => scroller.value?.focus({ preventScroll: true })
  return {
    following,
    needed,
    marked,
    newsAbove,
    settle,
    reach,
    focus,
    jump: () => {
      conversation.toNow()
      focus()
    },
    toFirstNew: () => {
      if (firstNew.value !== null) void bring(firstNew.value)
      else if (unread.value) conversation.goTo(unread.value.after + 1)
    },
  }
}
