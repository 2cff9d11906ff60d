// How much of all answers on the page is drawn in one frame. What comes by itself is drawn at once where that is little; the
// rest in the frames that follow, the last who asked first: a room is read from its end.
import { MOST_AT_ONCE, MOST_IN_FRAME } from './answer-limits.ts'

/** Draws as much as it may. @returns the weight of what it drew */
type Draw = (most: number) => number

const waiting: Draw[] = []
let spent = 0
let isPlanned = false

/** Without frames, as on a server, there is nobody to hold up. */
const hasFrames = (): boolean => typeof requestAnimationFrame === 'function'

function plan(): void {
  if (isPlanned) return
  isPlanned = true
  requestAnimationFrame(() => {
    isPlanned = false
    spent = 0
    while (spent < MOST_IN_FRAME) {
      const draw = waiting.pop()
      if (draw === undefined) break
      spent += draw(MOST_IN_FRAME - spent)
    }
    if (waiting.length > 0 || spent > 0) plan()
  })
}

/** Draws now, as much as there is left of this frame. */
export function drawNow(draw: Draw): void {
  if (!hasFrames()) return void draw(Infinity)
  const most = Math.min(MOST_IN_FRAME, MOST_AT_ONCE - spent)
  if (most > 0) spent += draw(most)
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
