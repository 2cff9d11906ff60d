// When a reader follows the end of the conversation, and when not. Follow mode ends by what the reader does,
// never by where the scroller happens to be: text that grows or is measured late moves it too.

/** Closer to the end than this counts as at the end (CSS pixels). */
const AT_END_PX = 48
/** A scroll this soon after a wheel, touch, key or press is the reader's. */
const INTENT_MS = 400
/** Screens scroll by parts of a pixel. */
const TOUCHING_PX = 2

interface Scrolled {
  /** CSS pixels between what is shown and the end. */
  readonly distance: number
  /** Milliseconds since the reader last touched anything; 0 while pressing. */
  readonly sinceIntent: number
  /** It went up, away from the end. */
  readonly up: boolean
}

/** Whether to follow after a scroll. */
export function followsAfter(following: boolean, scrolled: Scrolled): boolean {
  const { distance, sinceIntent, up } = scrolled
  const meant = sinceIntent <= INTENT_MS
  // A small step up counts too: otherwise a text that grows would pull a slow finger back for ever.
  if (distance <= AT_END_PX) return !(up && meant && distance > TOUCHING_PX)
  // From the end a reader can only go up: what is further away below has grown meanwhile.
  return following && !(up && meant)
}
