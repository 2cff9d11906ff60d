import { expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { makeLogger } from './logger.ts'
import { onUncaught } from './uncaught.ts'

function uncaught(close: () => Promise<void>) {
  const lines: string[] = []
  const codes: number[] = []
  const clock = new SimulatedClock()
  const listener = onUncaught({
    logger: makeLogger('info', { write: (line) => void lines.push(line) }),
    clock,
    close,
    exit: (code) => void codes.push(code),
  })
  return { lines, codes, clock, listener }
}

it('an uncaught error is logged with its stack, shuts the node down cleanly, and exits with 1', async () => {
  const { lines, codes, listener } = uncaught(() => Promise.resolve())
  listener(new RangeError('too much'))
  await Promise.resolve()
  expect(codes).toEqual([1])
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 60,
    err: { name: 'RangeError', stack: expect.arrayContaining([expect.stringContaining('at ')]) },
  })
})

it('an uncaught error does not wait for a shutdown that never ends', async () => {
  const { codes, clock, listener } = uncaught(() => new Promise(() => {}))
  listener(new Error('x'))
  listener(new Error('y'))
  expect(codes).toEqual([])
  await clock.advance(10_000)
  expect(codes).toEqual([1])
})

it('an uncaught error exits with 1 even if the shutdown fails', async () => {
  const { codes, listener } = uncaught(() => Promise.reject(new Error('no disk')))
  listener('no error at all')
  await Promise.resolve()
  await Promise.resolve()
  expect(codes).toEqual([1])
})
