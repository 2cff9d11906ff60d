// While an input method composes a word (Chinese, Japanese, Korean, …), keys belong to the composition. Only this module
// deals with that: it keeps such keys from every other listener on the page, so no other code has to check.

/** The part of a keyboard event that decides whether it belongs to a composition. */
type ComposedKey = Pick<KeyboardEvent, 'isComposing' | 'keyCode'>

/**
 * Whether a key belongs to a composition. Safari sends the key that ends a composition after `compositionend`, when
 * `isComposing` is already false; its code 229 still says that the key went to the composition.
 *
 * A key right after `compositionend` with a code of its own belongs to the page: for Korean, Chrome sends Enter once to
 * the composition (229) and once more to the page, and people expect the second one to send the message.
 */
export function isComposed({ isComposing, keyCode }: ComposedKey): boolean {
  return isComposing || keyCode === 229
}

/** Keeps the keys of compositions from all other listeners. Call it before anything else listens on the page. */
export function keepCompositions(page: EventTarget): void {
  const keep = (event: Event): void => {
    if (!isComposed(event as KeyboardEvent)) return
    event.stopImmediatePropagation()
    // The browser itself closes dialogs and popovers on Escape. Other keys must keep their default action: on phones
    // every typed character arrives as 229.
    if ((event as KeyboardEvent).key === 'Escape') event.preventDefault()
  }
  for (const type of ['keydown', 'keypress', 'keyup'])
    page.addEventListener(type, keep, { capture: true })
}
