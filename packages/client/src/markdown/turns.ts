// Work that can wait a little: done at once as long as this turn has time for it, else in later ones, so that a page
// with hundreds of such things still paints and answers keys.
import { browserClock } from '../clock.ts'

const TURN_MS = 12

/** When this turn has had its time; null between turns. */
let until: number | null = null
const waiting: (() => void)[] = []

/** Does this now or soon, in the order in which it is given. @param work must not throw */
export function inTurn(work: () => void): void {
  if (until === null) {
    until = browserClock.now() + TURN_MS
    browserClock.after(0, next)
  }
  if (waiting.length === 0 && browserClock.now() < until) work()
  else waiting.push(work)
}

function next(): void {
  until = null
  if (waiting.length === 0) return
  until = browserClock.now() + TURN_MS
  browserClock.after(0, next)
  do waiting.shift()?.()
  while (waiting.length > 0 && browserClock.now() < until)
}
