// Keeps the part that the reader sees in place while elements above it appear, disappear, or change their height.
// Positions are measured within the column, so scrolling does not change them.

/** Levels of elements within a message to descend; deeper ones do not separate lines. */
const DEPTH = 4

interface Held {
  readonly element: Element
  readonly top: number
}

export class ScrollAnchor {
  readonly #scroller: HTMLElement
  readonly #column: HTMLElement
  /** The first element in sight and the elements around it, innermost last. */
  #held: readonly Held[] = []

  constructor(scroller: HTMLElement, column: HTMLElement) {
    this.#scroller = scroller
    this.#column = column
  }

  /** The offset of the first message in sight; null if there is none. */
  get offset(): number | null {
    const message = this.#held
      .map(({ element }) => element)
      .find(
        (element): element is HTMLElement =>
          element instanceof HTMLElement && 'offset' in element.dataset,
      )
    return message ? Number(message.dataset['offset']) : null
  }

  /** Scrolls by the distance that the held element moved within the column, then holds the first element in sight. */
  settle(): void {
    const origin = this.#column.getBoundingClientRect().top
    const held = this.#held.findLast(({ element }) => element.isConnected)
    if (held) {
      const moved = held.element.getBoundingClientRect().top - origin - held.top
      if (moved !== 0) this.#scroller.scrollTop += moved
    }
    this.hold()
  }

  /** Holds the first element in sight. */
  hold(): void {
    const origin = this.#column.getBoundingClientRect().top
    const edge = this.#scroller.getBoundingClientRect().top
    const held: Held[] = []
    let inside: Element = this.#column
    // Only blocks, and in them only messages: the elements between those come and go.
    for (const selector of ['.message-block', '[data-offset]', ...Array<string>(DEPTH).fill('*')]) {
      const first = firstBelow(inside, selector, edge)
      if (first === null) break
      const { top } = first.getBoundingClientRect()
      held.push({ element: first, top: top - origin })
      if (selector === '*' && top >= edge) break
      inside = first
    }
    this.#held = held
  }
}

/** The first child that reaches below a line; children are stacked vertically. */
function firstBelow(element: Element, selector: string, line: number): Element | null {
  for (const child of element.children)
    if (child.matches(selector) && child.getBoundingClientRect().bottom > line) return child
  return null
}
