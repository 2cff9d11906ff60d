// Limits how much of all answers on the page is drawn in one frame. A small update is drawn at once; the rest follows in
// later frames, the last request first, since a room is read from its end. A slow machine draws less per frame.
import { nextTick } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { MOST_AT_ONCE, MOST_IN_TURN } from './answer-limits.ts'

/** A frame takes further turns until this time has passed, ms: the layout afterwards takes about as long again. */
const FILLED_MS = 5

/** Draws up to the given weight. @returns the weight that it drew */
type Draw = (most: number) => number

const waiting: Draw[] = []
let spent = 0
/** Waiting requests were skipped in this frame, since updates used a whole turn; they get a turn in the next frame. */
let hasSkipped = false
let isPlanned = false

/** Without frames, as on a server, there is no page to keep responsive. */
const hasFrames = (): boolean => typeof requestAnimationFrame === 'function'

function plan(): void {
  if (isPlanned) return
  isPlanned = true
  requestAnimationFrame(() => void fill())
}

async function fill(): Promise<void> {
  const began = browserClock.now()
  hasSkipped = spent >= MOST_IN_TURN && !hasSkipped
  try {
    while (!hasSkipped && waiting.length > 0 && spent < MOST_AT_ONCE) {
      turn()
      // Vue puts the elements on the page here, still within this frame.
      await nextTick()
      if (browserClock.now() - began >= FILLED_MS) break
    }
  } finally {
    isPlanned = false
    if (waiting.length > 0 || spent > 0) plan()
    spent = 0
  }
}

function turn(): void {
  const most = Math.min(MOST_IN_TURN, MOST_AT_ONCE - spent)
  const before = spent
  for (let left = waiting.length; left > 0 && spent - before < most; left--) {
    try {
      spent += waiting.pop()?.(most - (spent - before)) ?? 0
    } catch (error) {
      // A failure must not keep other answers from being drawn. It is reported like any error of the page.
      reportError(error)
    }
  }
}

/** Draws now, up to the rest of this frame. */
export function drawNow(draw: Draw): void {
  if (!hasFrames()) return void draw(Infinity)
  // If this frame is spent, `draw` gets 0, draws nothing, and asks for one of the next frames.
  spent += draw(Math.max(0, Math.min(MOST_IN_TURN, MOST_AT_ONCE - spent)))
  plan()
}

/** Draws in one of the next frames. @returns a function that cancels the request */
export function drawSoon(draw: Draw): () => void {
  if (!hasFrames()) {
    draw(Infinity)
    return () => undefined
  }
  waiting.push(draw)
  plan()
  return () => {
    const at = waiting.indexOf(draw)
    if (at >= 0) waiting.splice(at, 1)
  }
}
