// Decides whether a reader follows the end of the conversation. Only an action of the reader ends following, never the
// position of the scroller alone: text that grows or is measured late moves the scroller too.

/** A distance up to this counts as being at the end (CSS pixels). */
const AT_END_PX = 48
/** A scroll this soon after a wheel, touch, key or pointer press was made by the reader. */
const INTENT_MS = 400
/** A scroller up to this far from the end still touches it: screens scroll by fractions of a pixel. */
const TOUCHING_PX = 2

interface Scrolled {
  /** CSS pixels between the visible part and the end. */
  readonly distance: number
  /** Milliseconds since the reader last touched anything; 0 while pressing. */
  readonly sinceIntent: number
  /** The scroll went up, away from the end. */
  readonly up: boolean
}

/** Whether to follow after a scroll. */
export function followsAfter(following: boolean, scrolled: Scrolled): boolean {
  const { distance, sinceIntent, up } = scrolled
  const meant = sinceIntent <= INTENT_MS
  // A small step up counts too: otherwise growing text would keep pulling a slow finger back to the end.
  if (distance <= AT_END_PX) return !(up && meant && distance > TOUCHING_PX)
  // From the end a reader can only scroll up, so any other distance comes from text that grew meanwhile.
  return following && !(up && meant)
}
