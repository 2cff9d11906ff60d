import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MOST_AT_ONCE } from './answer-limits.ts'
import { drawNow, drawSoon } from './frames.ts'

let frames: (() => void)[]
let reported: unknown[]
beforeEach(() => {
  frames = []
  reported = []
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
})
afterEach(async () => {
  await frame()
  vi.unstubAllGlobals()
})

async function oneFrame(): Promise<void> {
  for (const next of frames.splice(0)) next()
  await new Promise((resolve) => setImmediate(resolve))
}

/** Lets frames pass until nobody asks for one. */
async function frame(): Promise<void> {
  for (let left = 100; frames.length > 0; left--) {
    if (left === 0) throw new Error('frames are asked for without end')
    await oneFrame()
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

it('a frame has no more than it may, whatever asks, and what is left comes in the next ones', async () => {
  const drawn = [0]
  let left = 4_000
  const draw = (most: number): number => {
    const now = Math.min(most, left)
    left -= now
    drawn.push((drawn.pop() ?? 0) + now)
    if (left > 0) drawSoon(draw)
    return now
  }
  drawSoon(draw)
  while (left > 0) {
    await oneFrame()
    drawn.push(0)
  }
  expect(Math.max(...drawn)).toBeLessThanOrEqual(MOST_AT_ONCE)
})

it('what comes when a frame is spent is asked to draw nothing, so that it waits for one of the next', async () => {
  drawSoon(() => 0)
  await frame()
  const shares: number[] = []
  for (let count = 0; count < 100; count++)
    drawNow((most) => {
      shares.push(most)
      return most
    })
  expect(shares).toHaveLength(100)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(MOST_AT_ONCE)
  expect(shares.at(-1)).toBe(0)
})

it('what is not wanted any more is not drawn', async () => {
  let count = 0
  drawSoon(() => ++count)()
  await frame()
  expect(count).toBe(0)
})

it('what comes by itself in each frame leaves every other one to what waits', async () => {
  const turns: string[] = []
  const wait = (): void =>
    void drawSoon(() => {
      turns.push('waited')
      return 1
    })
  for (let count = 0; count < 6; count++) {
    wait()
    drawNow((most) => {
      turns.push('now')
      return most
    })
    await oneFrame()
  }
  expect(turns.filter((turn) => turn === 'now')).toHaveLength(6)
  const between = turns
    .join(' ')
    .split('waited')
    .map((part) => part.trim().split(' '))
  expect(turns.filter((turn) => turn === 'waited').length).toBeGreaterThan(1)
  for (const nows of between) expect(nows.length).toBeLessThanOrEqual(2)
})
