// Merges any number of paint requests into one per frame. A hidden tab has no frames, so a timer paints once a second,
// often enough for the title of the tab. The text of answers waits until the tab is visible (MarkdownText).

export interface FrameSource {
  /** Both call back once and return a function that prevents it. */
  readonly frame: (callback: () => void) => () => void
  readonly after: (ms: number, callback: () => void) => () => void
}

const HIDDEN_TAB_MS = 1000

/** Returns `request`, which leads to one `paint` soon however often it is called, and `cancel`. */
export function oncePerFrame(
  paint: () => void,
  source: FrameSource,
): { readonly request: () => void; readonly cancel: () => void } {
  let waiting: (() => void)[] = []
  const cancel = (): void => {
    for (const prevent of waiting) prevent()
    waiting = []
  }
  const run = (): void => {
    cancel()
    paint()
  }
  const request = (): void => {
    if (waiting.length === 0) waiting = [source.frame(run), source.after(HIDDEN_TAB_MS, run)]
  }
  return { request, cancel }
}
