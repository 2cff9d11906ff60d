// Reads on while the reader comes near either end of what is shown, well before they get there.
import { nextTick, type ShallowRef } from 'vue'
import type { ShownHistory } from './use-history.ts'

type Pages = Pick<
  ShownHistory,
  'messages' | 'earlier' | 'detached' | 'problem' | 'showEarlier' | 'showLater'
>

/** Nearer than so many heights of the view, and at least so many CSS pixels. */
const NEAR = { views: 2, px: 1200 } as const

/** `look`: something was scrolled or has changed. */
export function usePaging(
  scroller: Readonly<ShallowRef<HTMLElement | null>>,
  pages: Pages,
): { readonly look: () => void } {
  let isReading = false

  const look = async (): Promise<void> => {
    for (;;) {
      const element = scroller.value
      // After a failure it is the reader who tries again.
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
