// What the reader looks at, and how to keep it where it is on the screen while things above it come, go, or change their
// height. Places are measured within the column, so scrolling changes none of them.

/** Deeper than this nobody tells lines apart. */
const DEPTH = 4

interface Held {
  readonly element: Element
  readonly top: number
}

export class ScrollAnchor {
  readonly #scroller: HTMLElement
  readonly #column: HTMLElement
  /** The first thing in sight, and what it is in; the innermost one last. */
  #held: readonly Held[] = []

  constructor(scroller: HTMLElement, column: HTMLElement) {
    this.#scroller = scroller
    this.#column = column
  }

  /** Offset of the first message in sight; null if there is none. */
  get offset(): number | null {
    const message = this.#held
      .map(({ element }) => element)
      .find(
        (element): element is HTMLElement =>
          element instanceof HTMLElement && 'offset' in element.dataset,
      )
    return message ? Number(message.dataset['offset']) : null
  }

  /** Scrolls by as much as what is held has moved within the column; after that it holds what is in sight now. */
  settle(): void {
    const origin = this.#column.getBoundingClientRect().top
    const held = this.#held.findLast(({ element }) => element.isConnected)
    if (held) {
      const moved = held.element.getBoundingClientRect().top - origin - held.top
      if (moved !== 0) this.#scroller.scrollTop += moved
    }
    this.hold()
  }

  /** Holds what is in sight now. */
  hold(): void {
    const origin = this.#column.getBoundingClientRect().top
    const edge = this.#scroller.getBoundingClientRect().top
    const held: Held[] = []
    let inside: Element = this.#column
    // Only blocks, and in them only messages: what stands between them comes and goes.
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

/** The first child that reaches below a line; children lie one below the other. */
function firstBelow(element: Element, selector: string, line: number): Element | null {
  for (const child of element.children)
    if (child.matches(selector) && child.getBoundingClientRect().bottom > line) return child
  return null
}
