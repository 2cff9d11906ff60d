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

/** Lets frames pass until none is requested. */
async function frame(): Promise<void> {
  for (let left = 100; frames.length > 0; left--) {
    if (left === 0) throw new Error('frames are asked for without end')
    await oneFrame()
  }
}

it('a failure to draw is reported, and everything else is drawn', async () => {
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

it('a frame draws no more than its limit, and the rest comes in the next frames', async () => {
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

it('once a frame is spent, further callers draw nothing and wait for one of the next frames', async () => {
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

it('a cancelled request is not drawn', async () => {
  let count = 0
  drawSoon(() => ++count)()
  await frame()
  expect(count).toBe(0)
})

it('updates that arrive in every frame leave every other frame to waiting requests', async () => {
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
