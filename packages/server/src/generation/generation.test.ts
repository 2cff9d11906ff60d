import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { settle } from '@roomcast/test/doubles/clock.ts'
import {
  ANSWER_MS,
  FIRST_EVENT_MS,
  PROMPT,
  SILENCE_MS,
  TestGeneration,
} from '@roomcast/test/doubles/generation.ts'
import { FAILURES } from './claude.ts'

let bench: TestGeneration
let { clock, room, storage, claude, started } = {} as TestGeneration
beforeEach(async () => {
  bench = await TestGeneration.open()
  ;({ clock, room, storage, claude, started } = bench)
})
afterEach(() => room.log.close())

describe('an answer', () => {
  it('is completed when Claude stops, with its text, usage and stop reason', async () => {
    await bench.run()
    await claude.accepts()
    await claude.gives({ type: 'begun', kind: 'text' })
    await claude.says('Be')
    await claude.says('cause.')
    await claude.stops()
    expect(await bench.reply()).toMatchObject({
      text: 'Because.',
      ended: {
        outcome: 'completed',
        stop: 'end_turn',
        usage: { inputTokens: 120, outputTokens: 30, estimated: false },
      },
    })
    expect(bench.finished).toMatchObject({ requestId: 'req_1', attempts: 1, next: null })
    expect(clock.pending).toBe(0)
  })

  it('takes its input tokens from the first event if the last one has none', async () => {
    await bench.run()
    await claude.accepts(100)
    await claude.says('Yes.')
    await claude.gives({ type: 'stopped', stop: 'end_turn', inputTokens: null, outputTokens: 3 })
    expect((await bench.ended())?.usage).toEqual({
      inputTokens: 100,
      outputTokens: 3,
      estimated: false,
    })
  })

  it.each(['max_tokens', 'refusal', 'model_context_window_exceeded'])(
    'keeps the stop reason from Claude: %s',
    async (stop) => {
      await bench.run()
      await claude.says('Because')
      await claude.stops(stop)
      expect(await bench.ended()).toMatchObject({ outcome: 'completed', stop })
    },
  )

  it.each([
    ['what was sent, where Claude does not tell', null, 3, { inputTokens: 2, outputTokens: 3 }],
    ['what came, where Claude does not tell', 7, null, { inputTokens: 7, outputTokens: 3 }],
    ['what came, where Claude counts nothing', 7, 0, { inputTokens: 7, outputTokens: 3 }],
    ['both', null, null, { inputTokens: 2, outputTokens: 3 }],
  ])('estimates %s', async (_, inputTokens, outputTokens, usage) => {
    await bench.run()
    await claude.gives({ type: 'accepted', requestId: null, inputTokens: null })
    await claude.says('Because.')
    await claude.gives({ type: 'stopped', stop: 'end_turn', inputTokens, outputTokens })
    expect((await bench.ended())?.usage).toEqual({ ...usage, estimated: true })
  })

  it.each(['', ' \n\t\u00a0'])('without text fails and says so: %j', async (text) => {
    await bench.run()
    await claude.says('Let me see.', 'thinking')
    await claude.says(text)
    await claude.stops()
    expect(await bench.ended()).toMatchObject({
      outcome: 'failed',
      error: { code: 'empty-answer', message: 'Claude returned an empty answer.' },
    })
  })

  it.each(['max_tokens', 'refusal', 'model_context_window_exceeded'])(
    'without text completes if the stop reason explains it: %s',
    async (stop) => {
      await bench.run()
      await claude.stops(stop)
      expect(await bench.ended()).toMatchObject({ outcome: 'completed', stop })
    },
  )

  it('reports unknown types', async () => {
    await bench.run()
    await claude.gives({ type: 'unknown', name: 'block:hologram' })
    await claude.says('Yes.')
    await claude.stops()
    expect(bench.finished?.unknown).toEqual(['block:hologram'])
    expect(await bench.reply()).toMatchObject({ text: 'Yes.', ended: { outcome: 'completed' } })
  })

  it('says that older messages were left out', async () => {
    await bench.run({ prompt: async () => ({ prompt: PROMPT, omitted: true }) })
    await claude.says('Yes.')
    await claude.stops()
    expect(await bench.ended()).toMatchObject({ outcome: 'completed', omitted: true })
  })

  it('starts the next question of the queue, for this node to run', async () => {
    const messageId = await room.queued('bob', 'How?')
    await bench.run()
    await claude.stops()
    expect(bench.finished?.next).toMatchObject({ messageId, mode: 'answer' })
    expect((await room.state()).running).toBe(bench.finished?.next?.number)
  })

  it('leaves the queue alone if no generation may start', async () => {
    await room.queued('bob', 'How?')
    await bench.run({ nextId: () => null })
    await claude.stops()
    expect(bench.finished?.next).toBeNull()
    expect(await room.state()).toMatchObject({ running: null, queue: [expect.any(String)] })
  })

  it('[R7] is cut at 1 MiB between characters, and its request is closed', async () => {
    await bench.run()
    await claude.accepts()
    await claude.says('x'.repeat(LIMITS.replyBytes - 3))
    await claude.says('\uFEFF😀 and more')
    expect(claude.aborted).toBe(true)
    const { text, end, ended: how } = await bench.reply()
    expect(end).toBe(LIMITS.replyBytes)
    expect(text.slice(-1)).toBe('\uFEFF')
    expect(how).toMatchObject({ outcome: 'completed', stop: 'max_tokens' })
    expect(how?.usage).toMatchObject({ estimated: true })
  })

  it('[R7] stays within 1 MiB even if half a character is left at the end', async () => {
    await bench.run()
    await claude.says('x'.repeat(LIMITS.replyBytes - 2))
    await claude.says('\uD83D')
    await claude.stops()
    expect((await bench.reply()).end).toBeLessThanOrEqual(LIMITS.replyBytes)
  })
})

describe('[R3] a stop', () => {
  it('[R3.2] closes the request at once and lets no further text through', async () => {
    await bench.run()
    await claude.says('Be')
    await bench.cancel()
    expect(claude.aborted).toBe(true)
    await claude.says('cause.')
    expect(await bench.reply()).toMatchObject({
      text: 'Be',
      ended: { outcome: 'cancelled', by: 'bob' },
    })
    expect(bench.finished).toMatchObject({ next: null })
    expect(clock.pending).toBe(0)
  })

  it('drops chunks that are decoded already', async () => {
    await bench.run()
    await claude.says('Be')
    await room.cancel('bob', started.generationId)
    bench.generation.ended(null)
    await claude.gives(
      { type: 'text', kind: 'text', text: 'cause' },
      { type: 'stopped', stop: 'end_turn', inputTokens: 1, outputTokens: 1 },
    )
    expect(await bench.reply()).toMatchObject({ text: 'Be', ended: { outcome: 'cancelled' } })
  })

  it('by a shutdown also drops chunks that are decoded already', async () => {
    await bench.run()
    await claude.says('Be')
    claude.hands({ type: 'text', kind: 'text', text: 'cause' })
    bench.generation.shutdown()
    await settle()
    expect(await bench.reply()).toMatchObject({ text: 'Be', ended: { outcome: 'interrupted' } })
  })

  it('[R3.2] before the request prevents it', async () => {
    await room.cancel('bob', started.generationId)
    await bench.run()
    expect(claude.prompts).toEqual([])
    expect(bench.finished).toMatchObject({ attempts: 0 })
    expect(await bench.ended()).toMatchObject({ outcome: 'cancelled' })
  })

  it('while the prompt is being built prevents the request', async () => {
    let build: () => void = () => undefined
    const built = new Promise<void>((resolve) => (build = resolve))
    await bench.run({ prompt: () => built.then(() => ({ prompt: PROMPT, omitted: false })) })
    await bench.cancel()
    build()
    await settle()
    expect(claude.prompts).toEqual([])
    expect(bench.finished).not.toBeNull()
  })

  it('between two attempts prevents the second', async () => {
    await bench.run()
    await claude.fails('overloaded')
    await clock.advance(100)
    await bench.cancel()
    await clock.advance(60_000)
    expect(claude.prompts).toHaveLength(1)
    expect(bench.finished).toMatchObject({ attempts: 1 })
    expect(clock.pending).toBe(0)
  })

  it('[R3.2] that the log cannot take closes the request at once, and is stored as soon as possible', async () => {
    await bench.run()
    await claude.accepts()
    await claude.says('Because')
    bench.storage.away = 'before'
    await claude.says(' of the moon')
    bench.generation.cancelled('bob', 'enough')
    await settle()
    expect(claude.aborted).toBe(true)
    await claude.says(' and the stars')
    await clock.advance(60_000)
    expect(bench.finished).toBeNull()
    bench.storage.away = null
    await clock.advance(1000)
    expect(await bench.reply()).toMatchObject({
      text: 'Because',
      ended: { outcome: 'cancelled', by: 'bob', reason: 'enough' },
    })
    expect(clock.pending).toBe(0)
  })

  it('is noticed at the next renewal by the owner if the log did not report it', async () => {
    await bench.run()
    await claude.says('Be')
    await room.cancel('bob', started.generationId)
    await clock.advance(1500)
    expect(claude.aborted).toBe(true)
    expect(bench.finished).not.toBeNull()
  })

  it('[R2.1] loses to an earlier completion', async () => {
    await bench.run()
    await claude.says('Because.')
    await claude.stops()
    await room.cancel('bob', started.generationId)
    expect(await bench.ended()).toMatchObject({ outcome: 'completed' })
  })

  it('[R2] wins over a completion that is not stored yet', async () => {
    await bench.run()
    await claude.says('Be')
    const open = storage.hold()
    await claude.says('cause.')
    await claude.stops()
    await room.cancel('bob', started.generationId)
    open()
    await clock.advance(1000)
    expect(bench.finished?.ended).toMatchObject({ outcome: 'cancelled' })
    expect(await bench.reply()).toMatchObject({ text: 'Be', ended: { outcome: 'cancelled' } })
  })

  it('is final even if the whole room is deleted', async () => {
    await bench.run()
    await claude.says('Be')
    await room.log.deleteRoom(room.roomId)
    await clock.advance(1500)
    expect(claude.aborted).toBe(true)
    expect(bench.finished).toMatchObject({ ended: null, next: null })
  })
})

describe('[R5.2] the watchdogs', () => {
  const failure = (code: keyof typeof FAILURES) => ({
    outcome: 'failed',
    error: { code, message: FAILURES[code] },
  })

  it('end an answer that does not begin', async () => {
    await bench.run()
    await clock.advance(FIRST_EVENT_MS - 1)
    expect(bench.finished).toBeNull()
    await clock.advance(1)
    expect(await bench.ended()).toMatchObject(failure('no-answer'))
    expect(claude.aborted).toBe(true)
  })

  it('end an answer that falls silent, and keep its text', async () => {
    await bench.run()
    await claude.accepts(77)
    await claude.says('Beca')
    await clock.advance(SILENCE_MS - 1)
    await claude.says('use')
    await clock.advance(SILENCE_MS - 1)
    expect(bench.finished).toBeNull()
    await clock.advance(1)
    expect(await bench.reply()).toMatchObject({ text: 'Because', ended: failure('silent') })
    expect((await bench.ended())?.usage).toEqual({
      inputTokens: 77,
      outputTokens: 3,
      estimated: true,
    })
  })

  it('allow silent thinking, and resume once there is text', async () => {
    await bench.run()
    await claude.accepts(77)
    await claude.gives({ type: 'begun', kind: 'thinking' })
    await clock.advance(2 * SILENCE_MS)
    expect(bench.finished).toBeNull()
    await claude.says('Because')
    await clock.advance(SILENCE_MS)
    expect(await bench.reply()).toMatchObject({ text: 'Because', ended: failure('silent') })
  })

  it('end an answer that takes too long as a whole', async () => {
    await bench.run()
    for (let second = 0; second < ANSWER_MS / 10_000; second++) {
      await claude.says('x')
      await clock.advance(10_000)
    }
    expect(await bench.ended()).toMatchObject(failure('too-slow'))
    expect((await bench.reply()).text).toBe('x'.repeat(10))
  })

  it('do not count the wait before another attempt as silence', async () => {
    await bench.run({
      limits: { firstEventMs: 1000, silenceMs: 1000, answerMs: ANSWER_MS },
      retryDelay: () => 5000,
    })
    await claude.fails('overloaded')
    await clock.advance(5000)
    expect(claude.prompts).toHaveLength(2)
    await claude.says('Because.')
    await claude.stops()
    expect(await bench.ended()).toMatchObject({ outcome: 'completed' })
  })
})

describe('the estimate of usage', () => {
  it('counts one token per 3 bytes of text, in any script', async () => {
    await bench.run()
    await claude.accepts(10)
    await claude.says('日本語')
    bench.generation.shutdown()
    await settle()
    const usage = { inputTokens: 10, outputTokens: byteLength('日本語') / 3, estimated: true }
    expect((await bench.ended())?.usage).toEqual(usage)
  })
})
