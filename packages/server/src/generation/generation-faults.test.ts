// What a generation makes of a Claude that fails, a storage that is away, and a node that goes down.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '@roomcast/shared/protocol'
import { settle } from '@roomcast/test/doubles/clock.ts'
import { PROMPT, TestGeneration } from '@roomcast/test/doubles/generation.ts'
import type { RoomLog } from '../judge/room-log.ts'
import { ClaudeFailure, FAILURES } from './claude.ts'
import { retryDelay } from './retry-delay.ts'

let bench: TestGeneration
let { clock, room, storage, claude } = {} as TestGeneration
beforeEach(async () => {
  bench = await TestGeneration.open()
  ;({ clock, room, storage, claude } = bench)
})
afterEach(() => room.log.close())

describe('a failure of Claude', () => {
  it('before the first text is tried again, three times in all', async () => {
    await bench.run()
    await claude.fails('overloaded')
    await clock.advance(500)
    await claude.fails('overloaded')
    await clock.advance(999)
    expect(claude.prompts).toHaveLength(2)
    await clock.advance(1)
    expect(claude.prompts).toHaveLength(3)
    expect(bench.finished).toBeNull()
    await claude.fails('overloaded')
    expect(await bench.ended()).toMatchObject({ outcome: 'failed', error: { code: 'overloaded' } })
    expect(bench.finished).toMatchObject({ attempts: 3 })
  })

  it('that passes leaves no trace', async () => {
    await bench.run()
    await claude.gives({ type: 'begun', kind: 'thinking' })
    await claude.fails('connection')
    await clock.advance(500)
    await claude.says('Because.')
    await claude.stops()
    expect(await bench.reply()).toMatchObject({ text: 'Because.', ended: { outcome: 'completed' } })
  })

  it('after the first text ends the answer, and keeps what there is', async () => {
    await bench.run()
    await claude.says('Beca')
    await claude.fails('connection')
    await clock.advance(60_000)
    expect(claude.prompts).toHaveLength(1)
    expect(await bench.reply()).toMatchObject({
      text: 'Beca',
      ended: { outcome: 'failed', error: { code: 'connection', message: FAILURES.connection } },
    })
  })

  it.each([
    ['is still on its way to the storage', 'Beca'],
    ['is half a character', '\uD83D'],
  ])('[R1] counts as after the first text when that %s', async (_, text) => {
    const open = storage.hold()
    await bench.run()
    await claude.says(text)
    await claude.fails('connection')
    await clock.advance(10_000)
    open()
    await clock.advance(10_000)
    expect(claude.prompts).toHaveLength(1)
    expect(await bench.ended()).toMatchObject({ outcome: 'failed' })
  })

  it('that will not pass is not tried again', async () => {
    await bench.run()
    await claude.fails('authentication', false)
    expect(claude.prompts).toHaveLength(1)
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'authentication' },
    })
  })

  it('that nobody expected says nothing of what it was', async () => {
    await bench.run()
    await claude.breaks(new Error('secret body'))
    expect((await bench.ended())?.error).toEqual({
      code: 'internal',
      message: 'Something went wrong on the server.',
    })
  })

  it('in building the prompt is the end of it', async () => {
    await bench.run({ prompt: () => Promise.reject(new Refusal('message-not-found')) })
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'message-not-found' },
    })
    expect(claude.prompts).toEqual([])
  })
})

describe('the wait before another attempt', () => {
  const wait = (retryAfterMs: number | null, attempt: number, chance = 0, retryable = true) =>
    retryDelay(new ClaudeFailure('overloaded', { retryable, retryAfterMs }), attempt, chance)

  it('doubles, and is spread by a quarter', () => {
    expect([wait(null, 1), wait(null, 2), wait(null, 3)]).toEqual([500, 1000, null])
    expect(wait(null, 1, 1)).toBe(625)
  })

  it('is what Claude wishes, unless people would wait too long', () => {
    expect([wait(3000, 1), wait(0, 1), wait(10_000, 2), wait(10_001, 1)]).toEqual([
      3000,
      500,
      10_000,
      null,
    ])
  })

  it('is not made for what will not pass', () => {
    expect(wait(null, 1, 0, false)).toBeNull()
  })
})

describe('a storage that is away', () => {
  it('[R1] at the end has the end proposed until it is taken, with all the text', async () => {
    await bench.run()
    await claude.says('Be')
    await clock.advance(100)
    storage.away = 'before'
    await claude.says('cause.')
    await claude.stops()
    await clock.advance(60_000)
    expect(bench.finished).toBeNull()
    storage.away = null
    await clock.advance(500)
    expect(await bench.reply()).toMatchObject({ text: 'Because.', ended: { outcome: 'completed' } })
    expect(bench.finished).not.toBeNull()
  })

  it('[R2] and loses the answer to an end has one end all the same', async () => {
    await bench.run()
    await claude.says('Because.')
    storage.away = 'after'
    await claude.stops()
    storage.away = null
    await clock.advance(500)
    expect(storage.ends).toBe(2)
    expect(bench.finished?.ended).toMatchObject({ outcome: 'completed' })
    expect((await bench.reply()).text).toBe('Because.')
  })

  it('and loses the answer to an end goes on with the question that it has started', async () => {
    await room.queued('bob', 'How?')
    await bench.run()
    await claude.says('Because.')
    storage.away = 'after'
    await claude.stops()
    storage.away = null
    await clock.advance(500)
    expect(bench.finished?.next).toMatchObject({ by: 'bob', number: 2 })
  })

  it('when it is to be asked is waited for as long as for the text', async () => {
    let refusals = 0
    await bench.run({
      prompt: () => {
        if ((refusals += 1) > 5) return Promise.resolve({ prompt: PROMPT, omitted: false })
        return Promise.reject(new Refusal('storage-unavailable'))
      },
    })
    expect(claude.prompts).toEqual([])
    await clock.advance(5000)
    expect(claude.prompts).toEqual([PROMPT])
    await claude.says('Because.')
    await claude.stops()
    expect(await bench.ended()).toMatchObject({ outcome: 'completed' })
  })

  it('for good when it is to be asked ends the answer as failed', async () => {
    await bench.run({ prompt: () => Promise.reject(new Refusal('storage-unavailable')) })
    await clock.advance(14_000)
    expect(await bench.ended()).toBeNull()
    await clock.advance(2000)
    expect(claude.prompts).toEqual([])
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'storage-unavailable' },
    })
  })

  it('[R5.4] while Claude thinks in silence is not paid for longer than while it writes', async () => {
    // Frozen, it takes seconds to fail.
    const frozen = () =>
      new Promise<never>((_, reject) => {
        clock.after(5000, () => reject(new Refusal('storage-uncertain')))
      })
    let isAway = false
    await bench.run({
      log: new Proxy(storage.log, {
        get: (target, name: keyof RoomLog) =>
          name === 'renew' && isAway ? frozen : target[name].bind(target),
      }),
    })
    await claude.gives({ type: 'begun', kind: 'thinking' })
    isAway = true
    await clock.advance(15_000)
    expect(claude.aborted).toBe(false)
    await clock.advance(1500)
    expect(claude.aborted).toBe(true)
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'storage-unavailable' },
    })
  })

  it('for too long ends the answer as failed, and stops paying', async () => {
    await bench.run()
    await claude.says('Be')
    await clock.advance(100)
    storage.away = 'before'
    await claude.says('cause.')
    await clock.advance(16_000)
    expect(claude.aborted).toBe(true)
    storage.away = null
    await clock.advance(500)
    expect(await bench.reply()).toMatchObject({
      text: 'Be',
      ended: { outcome: 'failed', error: { code: 'storage-unavailable' } },
    })
  })

  it('for too long with the last of the text has not completed the answer', async () => {
    await bench.run()
    await claude.says('Hmm.', 'thinking')
    storage.away = 'before'
    await claude.says('Be', 'text')
    await claude.says('Well.', 'thinking')
    await claude.stops()
    await clock.advance(20_000)
    storage.away = null
    await clock.advance(500)
    expect(await bench.reply()).toMatchObject({
      text: 'Hmm.',
      ended: { outcome: 'failed', error: { code: 'storage-unavailable' } },
    })
    expect((await bench.ended())?.stop).toBeUndefined()
  })

  it('when the node goes down leaves the end to the next start', async () => {
    await bench.run()
    await claude.says('Be')
    storage.away = 'before'
    bench.generation.shutdown()
    await clock.advance(1000)
    expect(bench.finished).toMatchObject({ ended: null, next: null })
  })

  it('for good, in a way that does not pass, is an error and leaves no timer', async () => {
    const end: RoomLog['end'] = () => Promise.reject(new Error('broken'))
    const log = new Proxy(room.log, {
      get: (target, name: keyof RoomLog) => (name === 'end' ? end : target[name].bind(target)),
    })
    await bench.run({ log })
    const failure = bench.running.catch((error: unknown) => error)
    await claude.stops()
    expect(await failure).toEqual(new Error('broken'))
    await settle()
    expect(clock.pending).toBe(0)
  })
})

describe('a node that goes down', () => {
  it('[R2] ends its answer as interrupted, and keeps what there is', async () => {
    await room.queued('bob', 'How?')
    await bench.run({ nextId: () => null })
    await claude.says('Beca')
    bench.generation.shutdown()
    await settle()
    expect(claude.aborted).toBe(true)
    expect(await bench.reply()).toMatchObject({
      text: 'Beca',
      ended: { outcome: 'interrupted', error: { code: 'interrupted' } },
    })
    expect((await room.state()).queue).toHaveLength(1)
  })

  it('[R2] does not call an answer complete whose last text storage has not taken', async () => {
    const away: RoomLog['appendReply'] = () => Promise.reject(new Refusal('storage-unavailable'))
    const log = new Proxy(room.log, {
      get: (target, name: keyof RoomLog) =>
        name === 'appendReply' ? away : target[name].bind(target),
    })
    await bench.run({ log, nextId: () => null })
    await claude.says('Be')
    await claude.says('cause')
    await claude.stops()
    bench.generation.shutdown()
    await clock.advance(1000)
    expect(await bench.reply()).toMatchObject({
      text: 'Be',
      ended: { outcome: 'interrupted', error: { code: 'interrupted' } },
    })
  })

  it('makes no request any more', async () => {
    await bench.run({
      nextId: () => null,
      prompt: async () => {
        bench.generation.shutdown()
        return { prompt: PROMPT, omitted: false }
      },
    })
    expect(claude.prompts).toEqual([])
    expect(await bench.ended()).toMatchObject({ outcome: 'interrupted' })
  })
})
