// The keyboard in the conversation. The conversation is a single tab stop; arrow keys move between messages, and other keys
// act on the message with the focus. Tab moves from a message to the elements in it.
import { type Ref, ref, type ShallowRef, watch } from 'vue'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

interface MessageKeys {
  /** The offsets of the messages shown, in order. */
  readonly offsets: () => readonly number[]
  /** The element of a message, which is put on the page first if necessary. */
  readonly reach: (offset: number) => Promise<HTMLElement | null>
  /** Called on a move up from the first message shown. */
  readonly beyondFirst: () => void
  /** Called for a letter pressed while a message has the focus. Returns whether the letter had an action. */
  readonly onLetter: (letter: string, offset: number) => boolean
}

interface MessageFocus {
  /** The offset of the message under the pointer, else of the message with the focus; null if there is neither. */
  readonly active: Readonly<Ref<number | null>>
}

const FOCUSABLE = 'a[href], button:not([disabled]), summary, input, textarea, [tabindex="0"]'
const MOVES: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'Home', 'End'])

/** @param leave a focusable element after all messages */
export function useMessageFocus(
  scroller: ElementRef,
  leave: ElementRef,
  keys: MessageKeys,
): MessageFocus {
  const active = ref<number | null>(null)
  let pointed: number | null = null
  let focused: number | null = null
  let byTab = false
  let isLeaving = false

  const update = (): void => void (active.value = pointed ?? focused)
  const messageIn = (target: EventTarget | null): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>('[data-offset]') : null

  async function focus(offset: number | undefined): Promise<void> {
    const element = offset === undefined ? null : await keys.reach(offset)
    if (element === null) return
    element.focus({ preventScroll: true })
    element.scrollIntoView({ block: 'nearest' })
  }

  /** The message that gets the focus on entering: the last one that had it, if in sight, else the lowest in sight. */
  function entrance(): HTMLElement | undefined {
    const log = scroller.value
    if (log === null) return undefined
    const { top, bottom } = log.getBoundingClientRect()
    const inSight = [...log.querySelectorAll<HTMLElement>('[data-offset]')].filter((element) => {
      const place = element.getBoundingClientRect()
      return place.bottom > top && place.top < bottom
    })
    return inSight.find((element) => Number(element.dataset['offset']) === last) ?? inSight.at(-1)
  }
  let last = -1

  function onFocusin(event: FocusEvent): void {
    const message = messageIn(event.target)
    const isInside = scroller.value?.contains(event.relatedTarget as Node | null) ?? false
    if (byTab && !isInside && !isLeaving) {
      const entered = entrance()
      if (entered && entered !== event.target) return entered.focus({ preventScroll: true })
    }
    focused = message ? Number(message.dataset['offset']) : null
    if (focused !== null) last = focused
    update()
  }

  function onFocusout(event: FocusEvent): void {
    if (scroller.value?.contains(event.relatedTarget as Node | null)) return
    focused = null
    update()
  }

  function onPointer(event: PointerEvent): void {
    const message = event.pointerType === 'mouse' ? messageIn(event.target) : null
    pointed = event.type === 'pointerover' && message ? Number(message.dataset['offset']) : null
    update()
  }

  function onTab(event: KeyboardEvent): void {
    const message = messageIn(event.target)
    const inner = [...(message?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(
      (element) => element.checkVisibility() && element.tabIndex >= 0,
    )
    if (
      event.shiftKey ? event.target !== message : inner.length > 0 && inner.at(-1) !== event.target
    )
      return
    // From there the browser moves on to the element before or after the conversation.
    isLeaving = true
    ;(event.shiftKey ? scroller.value : leave.value)?.focus({ preventScroll: true })
    isLeaving = false
  }

  function onKeydown(event: KeyboardEvent): void {
    const { key, target } = event
    const message = messageIn(target)
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (key === 'Tab' && message) return onTab(event)
    if (target !== message && target !== scroller.value) return
    const offset = message === null ? null : Number(message.dataset['offset'])
    if (MOVES.has(key) && !event.shiftKey) {
      event.preventDefault()
      move(key, offset)
    } else if (offset !== null && key === 'Enter') {
      event.preventDefault()
      message?.querySelector<HTMLElement>('.message-actions button, .message-more')?.focus()
    } else if (offset !== null && /^[a-z]$/i.test(key) && !event.shiftKey) {
      // The action may have moved the focus into a field, and the letter must not be typed there.
      if (keys.onLetter(key.toLowerCase(), offset)) event.preventDefault()
    }
  }

  function move(key: string, offset: number | null): void {
    const offsets = keys.offsets()
    if (offset === null && key.startsWith('Arrow'))
      return entrance()?.focus({ preventScroll: true })
    const at = offset === null ? -1 : offsets.indexOf(offset)
    const up = key === 'ArrowUp' || key === 'Home'
    if (up && at === 0) return keys.beyondFirst()
    const step = key === 'ArrowUp' ? at - 1 : at + 1
    void focus(key === 'Home' ? offsets[0] : key === 'End' ? offsets.at(-1) : offsets[step])
  }

  const onAnyKey = ({ key }: KeyboardEvent): void => void (byTab = key === 'Tab')
  const onAnyPress = (): void => void (byTab = false)

  watch(scroller, (element, _before, onCleanup) => {
    if (element === null) return
    const listening = new AbortController()
    const { signal } = listening
    element.addEventListener('focusin', onFocusin, { signal })
    element.addEventListener('focusout', onFocusout, { signal })
    element.addEventListener('keydown', onKeydown, { signal })
    for (const type of ['pointerover', 'pointerleave'] as const)
      element.addEventListener(type, onPointer, { signal, passive: true })
    document.addEventListener('keydown', onAnyKey, { signal, capture: true })
    document.addEventListener('pointerdown', onAnyPress, { signal, capture: true })
    onCleanup(() => listening.abort())
  })
  return { active }
}
