// Detects whether a wide element scrolls sideways: only then must the keyboard be able to reach it.
import { onBeforeUnmount, onMounted, type Ref, ref, type ShallowRef } from 'vue'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

/** One observer for all of them: an answer may have hundreds. */
let observer: ResizeObserver | null = null
const lookers = new WeakMap<Element, () => void>()

function sharedObserver(): ResizeObserver {
  observer ??= new ResizeObserver((entries) => {
    for (const { target } of entries) lookers.get(target)?.()
  })
  return observer
}

/**
 * @param scroller the element that scrolls
 * @param content its content; a change of its size triggers another check
 */
export function useOverflow(scroller: ElementRef, content: ElementRef): Readonly<Ref<boolean>> {
  const overflows = ref(false)
  const watched: Element[] = []
  const look = (): void => {
    const element = scroller.value
    overflows.value = element !== null && element.scrollWidth > element.clientWidth + 1
  }
  onMounted(() => {
    for (const element of [scroller.value, content.value]) {
      if (element === null) continue
      lookers.set(element, look)
      sharedObserver().observe(element)
      watched.push(element)
    }
  })
  onBeforeUnmount(() => {
    for (const element of watched) sharedObserver().unobserve(element)
  })
  return overflows
}

/** Attributes that make a scroller focusable and named while it overflows. */
export function scrollerAttributes(overflows: boolean, name: string): Record<string, unknown> {
  return overflows ? { tabindex: 0, role: 'group', 'aria-label': name } : {}
}
