// Keeps a scroller at its end while the reader follows, and where it is while the reader reads.
import { nextTick, onScopeDispose, type Ref, ref, type ShallowRef, watch } from 'vue'
import { browserClock } from '../clock.ts'
import { followsAfter } from './follow-rule.ts'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

export interface StickToBottom {
  readonly following: Readonly<Ref<boolean>>
  /** Goes to the end and follows again. */
  readonly toEnd: () => void
}

/**
 * @param column the scroller's content: when it grows, the end is elsewhere
 * @param prepended changes when something was added above, which must not move what the reader sees
 */
export function useStickToBottom(
  scroller: ElementRef,
  column: ElementRef,
  prepended: () => unknown,
): StickToBottom {
  const following = ref(true)
  let lastIntent = 0
  let pressing = false

  const stick = (): void => {
    const element = scroller.value
    if (element && following.value) element.scrollTop = element.scrollHeight
  }
  const onScroll = (): void => {
    const element = scroller.value
    if (element === null) return
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight
    const sinceIntent = pressing ? 0 : browserClock.now() - lastIntent
    following.value = followsAfter(following.value, { distance, sinceIntent })
  }
  const onIntent = (event: Event): void => {
    lastIntent = browserClock.now()
    if (event.type === 'pointerdown') pressing = true
  }
  const onRelease = (): void => {
    pressing = false
    lastIntent = browserClock.now()
  }

  const observer = new ResizeObserver(stick)
  watch([scroller, column], ([element, content], _before, onCleanup) => {
    if (element === null || content === null) return
    const listening = new AbortController()
    const options = { passive: true, signal: listening.signal }
    element.addEventListener('scroll', onScroll, options)
    for (const type of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
      element.addEventListener(type, onIntent, options)
    for (const type of ['pointerup', 'pointercancel'])
      window.addEventListener(type, onRelease, options)
    observer.observe(element)
    observer.observe(content)
    stick()
    onCleanup(() => {
      listening.abort()
      observer.disconnect()
    })
  })
  onScopeDispose(() => observer.disconnect())

  // Right before the page is changed: where is what the reader looks at, and where is it afterwards?
  watch(prepended, () => {
    const element = scroller.value
    const anchor = element && column.value && firstVisible(element, column.value)
    if (!element || !anchor) return
    const top = anchor.getBoundingClientRect().top
    // The browser's own anchoring would move it a second time.
    element.style.overflowAnchor = 'none'
    void nextTick(() => {
      element.scrollTop += anchor.getBoundingClientRect().top - top
      requestAnimationFrame(() => (element.style.overflowAnchor = ''))
    })
  })

  return {
    following,
    toEnd: () => {
      following.value = true
      stick()
    },
  }
}

function firstVisible(scroller: HTMLElement, column: HTMLElement): Element | undefined {
  const edge = scroller.getBoundingClientRect().top
  return [...column.querySelectorAll('[data-message]')].find(
    (element) => element.getBoundingClientRect().bottom > edge,
  )
}
