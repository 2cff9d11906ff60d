// When a reader follows the end of the conversation, and when not. Follow mode ends by what the reader does,
// never by where the scroller happens to be: text that grows or is measured late moves it too.

/** Closer to the end than this counts as at the end (CSS pixels). */
const AT_END_PX = 48
/** A scroll this soon after a wheel, touch, key or press is the reader's. */
const INTENT_MS = 400

export interface Scrolled {
  /** CSS pixels between what is shown and the end. */
  readonly distance: number
  /** Milliseconds since the reader last touched anything; 0 while pressing. */
  readonly sinceIntent: number
}

/** Whether to follow after a scroll. */
export function followsAfter(following: boolean, scrolled: Scrolled): boolean {
  if (scrolled.distance <= AT_END_PX) return true
  return following && scrolled.sinceIntent > INTENT_MS
}
