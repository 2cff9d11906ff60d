// How much of all answers on the page is drawn in one frame. What comes by itself is drawn at once where that is little; the
// rest in the frames that follow, the last who asked first: a room is read from its end. A slow machine does less in each.
import { nextTick } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { MOST_AT_ONCE, MOST_IN_TURN } from './answer-limits.ts'

/** A frame is filled up in turns as long as this has not passed, ms: what is laid out afterwards takes about as long again. */
const FILLED_MS = 5

/** Draws as much as it may. @returns the weight of what it drew */
type Draw = (most: number) => number

const waiting: Draw[] = []
let spent = 0
/** What waits has had no turn in this frame, since a whole one was drawn by itself; it has one in the next. */
let hasSkipped = false
let isPlanned = false

/** Without frames, as on a server, there is nobody to hold up. */
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
      // It is on the page then, still within this frame.
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
      // One that fails keeps nobody else from being drawn; it is told as any fault of the page is.
      reportError(error)
    }
  }
}

/** Draws now, as much as there is left of this frame. */
export function drawNow(draw: Draw): void {
  if (!hasFrames()) return void draw(Infinity)
  // Where this frame is spent it draws nothing, and asks for one of the next.
  spent += draw(Math.max(0, Math.min(MOST_IN_TURN, MOST_AT_ONCE - spent)))
  plan()
}

/** Draws in one of the next frames. @returns ends the wait */
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
