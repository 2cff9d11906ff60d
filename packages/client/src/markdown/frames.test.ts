import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MOST_IN_TURN } from './answer-limits.ts'
import { drawSoon } from './frames.ts'

let frames: (() => void)[]
let reported: unknown[]
beforeEach(() => {
  frames = []
  reported = []
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
})
afterEach(() => vi.unstubAllGlobals())

/** Lets frames pass until nobody asks for one. */
async function frame(): Promise<void> {
  for (let left = 100; frames.length > 0; left--) {
    if (left === 0) throw new Error('frames are asked for without end')
    for (const next of frames.splice(0)) next()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

it('what cannot be drawn is reported, and everything else is drawn', async () => {
  const drawn: string[] = []
  const draw = (name: string) => () => {
    drawn.push(name)
    return 1
  }
  drawSoon(draw('first'))
  drawSoon(() => {
    throw new Error('cannot be drawn')
  })
  drawSoon(draw('last'))
  await frame()
  expect(drawn).toEqual(['last', 'first'])
  expect(reported).toMatchObject([{ message: 'cannot be drawn' }])
  drawSoon(draw('later'))
  await frame()
  expect(drawn.at(-1)).toBe('later')
})

it('a frame has no more than it may, and what is left comes in the next ones, the newest first', async () => {
  const turns: number[] = []
  let left = 10_000
  const draw = (most: number): number => {
    const now = Math.min(most, left)
    left -= now
    turns.push(now)
    if (left > 0) drawSoon(draw)
    return now
  }
  drawSoon(draw)
  await frame()
  expect(left).toBe(0)
  expect(Math.max(...turns)).toBeLessThanOrEqual(MOST_IN_TURN)
})

it('what is not wanted any more is not drawn', async () => {
  let count = 0
  drawSoon(() => ++count)()
  await frame()
  expect(count).toBe(0)
})
