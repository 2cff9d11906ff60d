// Loads more messages well before the reader reaches either end of those shown.
import { nextTick, type ShallowRef } from 'vue'
import type { ShownHistory } from './use-history.ts'

type Pages = Pick<
  ShownHistory,
  'messages' | 'earlier' | 'detached' | 'problem' | 'showEarlier' | 'showLater'
>

/** The distance that counts as near: this many heights of the view, and at least this many CSS pixels. */
const NEAR = { views: 2, px: 1200 } as const

/** Call `look` after a scroll or a change of the messages. */
export function usePaging(
  scroller: Readonly<ShallowRef<HTMLElement | null>>,
  pages: Pages,
): { readonly look: () => void } {
  let isReading = false

  const look = async (): Promise<void> => {
    for (;;) {
      const element = scroller.value
      // After a failure, only the reader triggers another attempt.
      if (element === null || isReading || pages.problem.value !== null) return
      const more = wanted(element)
      if (more === null) return
      isReading = true
      const before = pages.messages.value
      await more()
      await nextTick()
      isReading = false
      if (pages.messages.value === before) return
    }
  }
  const wanted = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement) => {
    const near = Math.max(NEAR.px, NEAR.views * clientHeight)
    if (pages.earlier.value && scrollTop < near) return pages.showEarlier
    const below = scrollHeight - scrollTop - clientHeight
    return pages.detached.value && below < near ? pages.showLater : null
  }
  return { look: () => void look() }
}
