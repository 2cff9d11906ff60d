// While a word is being composed (Chinese, Japanese, Korean, …) keys belong to that. This is the one place that knows:
// nothing on the page hears of such a key, whatever listens and wherever, so nothing else has to ask.

/** The part of a keyboard event that decides. */
type ComposedKey = Pick<KeyboardEvent, 'isComposing' | 'keyCode'>

/**
 * Whether a key belongs to a composition. Safari sends the key that ends one after `compositionend`, when it is not
 * composing any more; the code 229 tells that the key went to the composition.
 *
 * A key right after `compositionend` with a code of its own is no such key: with Korean, Chrome sends Enter once to the
 * composition (229), and then once more to the page, and people expect that one to send.
 */
export function isComposed({ isComposing, keyCode }: ComposedKey): boolean {
  return isComposing || keyCode === 229
}

/** Keeps keys of compositions from everything on the page. Call it before anything else listens there. */
export function keepCompositions(page: EventTarget): void {
  const keep = (event: Event): void => {
    if (!isComposed(event as KeyboardEvent)) return
    event.stopImmediatePropagation()
    // The browser closes dialogs and popovers by itself at this key. Others must stay what they do: on phones
    // whatever is written comes as 229.
    if ((event as KeyboardEvent).key === 'Escape') event.preventDefault()
  }
  for (const type of ['keydown', 'keypress', 'keyup'])
    page.addEventListener(type, keep, { capture: true })
}
