// Keeps a scroller at its end while the reader follows, and otherwise keeps the visible text in place.
import { onScopeDispose, type Ref, ref, type ShallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { followsAfter } from './follow-rule.ts'
import { ScrollAnchor } from './scroll-anchor.ts'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

interface Scroll {
  readonly following: Readonly<Ref<boolean>>
  /** Scrolls to the end and follows again. */
  readonly toEnd: () => void
  /** Scrolls an element to the middle of the view, or its beginning to the top if it is too tall; ends following. */
  readonly show: (element: Element) => void
  /** Corrects the position after a change. Call it before the paint if the column may have kept its height. */
  readonly settle: () => void
  /** The offset of the first message in sight; Infinity at the end. */
  readonly readingAt: () => number
}

/**
 * @param column the content of the scroller; its growth moves the end
 * @param hasEnd whether the end of the column is the end of the conversation
 * @param onScroll called after each scroll
 */
export function useScroll(
  scroller: ElementRef,
  column: ElementRef,
  { hasEnd, onScroll }: { readonly hasEnd: () => boolean; readonly onScroll: () => void },
): Scroll {
  const following = ref(true)
  let anchor: ScrollAnchor | null = null
  let lastIntent = 0
  let lastTop = 0
  let pressing = false

  const settle = (): void => {
    const element = scroller.value
    if (element === null) return
    if (following.value && hasEnd()) element.scrollTop = element.scrollHeight
    else anchor?.settle()
    lastTop = element.scrollTop
  }
  const scrolled = (): void => {
    const element = scroller.value
    if (element === null) return
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight
    const sinceIntent = pressing ? 0 : browserClock.now() - lastIntent
    const up = element.scrollTop < lastTop
    const followed = following.value
    following.value = hasEnd() && followsAfter(following.value, { distance, sinceIntent, up })
    lastTop = element.scrollTop
    // Something may have changed since the last frame. While following, the anchor was not kept up to date.
    if (followed) anchor?.hold()
    else anchor?.settle()
    onScroll()
  }
  const onIntent = (event: Event): void => {
    lastIntent = browserClock.now()
    if (event.type === 'pointerdown') pressing = true
  }
  const onRelease = (): void => {
    pressing = false
    lastIntent = browserClock.now()
  }

  const observer = new ResizeObserver(settle)
  watch([scroller, column], ([element, content], _before, onCleanup) => {
    if (element === null || content === null) return
    anchor = new ScrollAnchor(element, content)
    const listening = new AbortController()
    const options = { passive: true, signal: listening.signal }
    element.addEventListener('scroll', scrolled, options)
    for (const type of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
      element.addEventListener(type, onIntent, options)
    for (const type of ['pointerup', 'pointercancel'])
      window.addEventListener(type, onRelease, options)
    observer.observe(element)
    observer.observe(content)
    settle()
    onCleanup(() => {
      listening.abort()
      observer.disconnect()
    })
  })
  onScopeDispose(() => observer.disconnect())

  return {
    following,
    settle,
    toEnd: () => {
      following.value = true
      settle()
    },
    show: (target) => {
      const element = scroller.value
      if (element === null) return
      following.value = false
      const [place, frame] = [target.getBoundingClientRect(), element.getBoundingClientRect()]
      const space = Math.max(0, (frame.height - place.height) / 2)
      element.scrollTop += place.top - frame.top - space
      lastTop = element.scrollTop
      anchor?.hold()
    },
    readingAt: () => (following.value ? Infinity : (anchor?.offset ?? Infinity)),
  }
}
