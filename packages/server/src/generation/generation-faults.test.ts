// A generation when Claude fails, when storage is away and when the node shuts down.
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
  it('before the first text is retried, with three attempts in all', async () => {
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

  it('that a retry overcomes leaves no trace', async () => {
    await bench.run()
    await claude.gives({ type: 'begun', kind: 'thinking' })
    await claude.fails('connection')
    await clock.advance(500)
    await claude.says('Because.')
    await claude.stops()
    expect(await bench.reply()).toMatchObject({ text: 'Because.', ended: { outcome: 'completed' } })
  })

  it('after the first text ends the answer, and keeps its text', async () => {
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

  it('that is permanent is not retried', async () => {
    await bench.run()
    await claude.fails('authentication', false)
    expect(claude.prompts).toHaveLength(1)
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'authentication' },
    })
  })

  it('of an unexpected kind is not described to members', async () => {
    await bench.run()
    await claude.breaks(new Error('secret body'))
    expect((await bench.ended())?.error).toEqual({
      code: 'internal',
      message: 'Something went wrong on the server.',
    })
  })

  it('while building the prompt ends the answer', async () => {
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

  it('doubles, and varies by a quarter', () => {
    expect([wait(null, 1), wait(null, 2), wait(null, 3)]).toEqual([500, 1000, null])
    expect(wait(null, 1, 1)).toBe(625)
  })

  it('is as long as Claude asks for, unless people would wait too long', () => {
    expect([wait(3000, 1), wait(0, 1), wait(10_000, 2), wait(10_001, 1)]).toEqual([
      3000,
      500,
      10_000,
      null,
    ])
  })

  it('does not happen after a permanent failure', () => {
    expect(wait(null, 1, 0, false)).toBeNull()
  })
})

describe('a storage that is away', () => {
  it('[R1] at the end gets the end proposed until it is stored, with all the text', async () => {
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

  it('[R2] after storing an end unacknowledged still has one end', async () => {
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

  it('after storing an end unacknowledged still starts the next question', async () => {
    await room.queued('bob', 'How?')
    await bench.run()
    await claude.says('Because.')
    storage.away = 'after'
    await claude.stops()
    storage.away = null
    await clock.advance(500)
    expect(bench.finished?.next).toMatchObject({ by: 'bob', number: 2 })
  })

  it('before the request is waited for as long as during the text', async () => {
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

  it('before the request, and stays away, ends the answer as failed', async () => {
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

  it('[R5.4] while Claude thinks silently ends the answer as soon as while it writes', async () => {
    // A frozen storage takes seconds to fail.
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

  it('for too long with the last of the text does not let the answer count as completed', async () => {
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

  it('when the node shuts down leaves the end to the next start', async () => {
    await bench.run()
    await claude.says('Be')
    storage.away = 'before'
    bench.generation.shutdown()
    await clock.advance(1000)
    expect(bench.finished).toMatchObject({ ended: null, next: null })
  })

  it('with a permanent error fails the answer and leaves no timer', async () => {
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

describe('a node that shuts down', () => {
  it('[R2] ends its answer as interrupted, and keeps its text', async () => {
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

  it('[R2] does not complete an answer whose last text storage has not taken', async () => {
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

  it('makes no more requests', async () => {
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
