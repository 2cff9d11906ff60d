import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS, Refusal } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { RoomLog, Started } from '../log/room-log.ts'
import { ClaudeDouble } from './claude-double.ts'
import { ClaudeFailure, FAILURES } from './claude.ts'
import { type Finished, Generation, type GenerationOptions } from './generation.ts'
import { retryDelay } from './retry-delay.ts'
import { StorageDouble } from './storage-double.ts'
import { settled, TestClock } from './test-clock.ts'
import { TestRoom } from './test-room.ts'

const FIRST_EVENT_MS = 10_000
const SILENCE_MS = 20_000
const ANSWER_MS = 100_000

let clock: TestClock
let room: TestRoom
let storage: StorageDouble
let claude: ClaudeDouble
let started: Started
let generation: Generation
let finished: Finished | null
let running: Promise<Finished>

beforeEach(async () => {
  clock = new TestClock()
  room = await TestRoom.open(clock)
  storage = new StorageDouble(room.log)
  claude = new ClaudeDouble()
  started = await room.ask('alice', 'Why?')
})
afterEach(() => room.log.close())

const prompt = {
  model: 'claude-opus-5-5',
  maxTokens: 1000,
  system: '',
  turns: [{ role: 'user', parts: ['Why?'] }],
} as const

async function run(options: Partial<GenerationOptions> = {}): Promise<void> {
  generation = new Generation({
    log: storage.log,
    claude,
    clock,
    started,
    limits: { firstEventMs: FIRST_EVENT_MS, silenceMs: SILENCE_MS, answerMs: ANSWER_MS },
    prompt: async () => ({ prompt, omitted: false }),
    nextId: () => room.newId(),
    retryDelay: (failure, attempt) => retryDelay(failure, attempt, 0),
    ...options,
  })
  finished = null
  running = generation.run()
  void running.then(
    (result) => (finished = result),
    () => undefined,
  )
  await settled()
}

const reply = () => room.reply(started)
const ended = async () => (await reply()).ended
/** Cancels as a member does, and tells the generation as the log's followers are told. */
async function cancel(by = 'bob'): Promise<void> {
  await room.cancel(started, by)
  generation.ended(null)
  await settled()
}

describe('an answer', () => {
  it('is completed when Claude has stopped, with its text, usage and reason', async () => {
    await run()
    await claude.accepts()
    await claude.gives({ type: 'begun', kind: 'text' })
    await claude.says('Be')
    await claude.says('cause.')
    await claude.stops()
    expect(await reply()).toMatchObject({
      text: 'Because.',
      ended: {
        outcome: 'completed',
        stop: 'end_turn',
        usage: { inputTokens: 120, outputTokens: 30, estimated: false },
      },
    })
    expect(finished).toMatchObject({ requestId: 'req_1', attempts: 1, next: null })
    expect(clock.waiting).toBe(0)
  })

  it('takes the input tokens of the beginning where the end has none', async () => {
    await run()
    await claude.accepts(100)
    await claude.gives({ type: 'stopped', stop: 'end_turn', inputTokens: null, outputTokens: 3 })
    expect((await ended())?.usage).toEqual({ inputTokens: 100, outputTokens: 3, estimated: false })
  })

  it.each(['max_tokens', 'refusal', 'model_context_window_exceeded'])(
    'keeps the reason of Claude: %s',
    async (stop) => {
      await run()
      await claude.says('Because')
      await claude.stops(stop)
      expect(await ended()).toMatchObject({ outcome: 'completed', stop })
    },
  )

  it('is completed without any text', async () => {
    await run()
    await claude.accepts()
    await claude.stops()
    expect(await reply()).toMatchObject({ text: '', end: 0, ended: { outcome: 'completed' } })
  })

  it('says that older talk was left out', async () => {
    await run({ prompt: async () => ({ prompt, omitted: true }) })
    await claude.stops()
    expect(await ended()).toMatchObject({ outcome: 'completed', omitted: true })
  })

  it('is followed by the question that waited, for this node to run', async () => {
    const messageId = await room.queue('bob', 'How?')
    await run()
    await claude.stops()
    expect(finished?.next).toMatchObject({ messageId, mode: 'answer' })
    expect((await room.state()).running).toBe(finished?.next?.number)
  })

  it('leaves the queue alone when nothing new may start', async () => {
    await room.queue('bob', 'How?')
    await run({ nextId: () => null })
    await claude.stops()
    expect(finished?.next).toBeNull()
    expect(await room.state()).toMatchObject({ running: null, queue: [expect.any(String)] })
  })

  it('[R7] is cut at 1 MiB between characters, and Claude is paid no longer', async () => {
    await run()
    await claude.accepts()
    await claude.says('x'.repeat(LIMITS.replyBytes - 3))
    await claude.says('\uFEFF😀 and more')
    expect(claude.aborted).toBe(true)
    const { text, end, ended: how } = await reply()
    expect(end).toBe(LIMITS.replyBytes)
    expect(text.slice(-1)).toBe('\uFEFF')
    expect(how).toMatchObject({ outcome: 'completed', stop: 'max_tokens' })
    expect(how?.usage).toMatchObject({ estimated: true })
  })

  it('[R7] stays within 1 MiB also when a half character is left at the end', async () => {
    await run()
    await claude.says('x'.repeat(LIMITS.replyBytes - 2))
    await claude.says('\uD83D')
    await claude.stops()
    expect((await reply()).end).toBeLessThanOrEqual(LIMITS.replyBytes)
  })
})

describe('[R3] a stop', () => {
  it('[R3.2] closes the request at once and lets no further text through', async () => {
    await run()
    await claude.says('Be')
    await cancel()
    expect(claude.aborted).toBe(true)
    await claude.says('cause.')
    expect(await reply()).toMatchObject({ text: 'Be', ended: { outcome: 'cancelled', by: 'bob' } })
    expect(finished).toMatchObject({ next: null })
    expect(clock.waiting).toBe(0)
  })

  it('drops chunks that were decoded before it', async () => {
    await run()
    await claude.says('Be')
    await room.cancel(started)
    generation.ended(null)
    await claude.gives(
      { type: 'text', kind: 'text', text: 'cause' },
      { type: 'stopped', stop: 'end_turn', inputTokens: 1, outputTokens: 1 },
    )
    expect(await reply()).toMatchObject({ text: 'Be', ended: { outcome: 'cancelled' } })
  })

  it('[R3.2] that came before the request is made leaves it unmade', async () => {
    await room.cancel(started)
    await run()
    expect(claude.prompts).toEqual([])
    expect(finished).toMatchObject({ attempts: 0 })
    expect(await ended()).toMatchObject({ outcome: 'cancelled' })
  })

  it('that comes while the prompt is being built leaves the request unmade', async () => {
    let build: () => void = () => undefined
    const built = new Promise<void>((resolve) => (build = resolve))
    await run({ prompt: () => built.then(() => ({ prompt, omitted: false })) })
    await cancel()
    build()
    await settled()
    expect(claude.prompts).toEqual([])
    expect(finished).not.toBeNull()
  })

  it('that comes between two attempts is the end of it', async () => {
    await run()
    await claude.fails('overloaded')
    await clock.advance(100)
    await cancel()
    await clock.advance(60_000)
    expect(claude.prompts).toHaveLength(1)
    expect(finished).toMatchObject({ attempts: 1 })
    expect(clock.waiting).toBe(0)
  })

  it('is noticed by the next heartbeat of the owner when nobody told it', async () => {
    await run()
    await claude.says('Be')
    await room.cancel(started)
    await clock.advance(1500)
    expect(claude.aborted).toBe(true)
    expect(finished).not.toBeNull()
  })

  it('[R2.1] loses against a completion that was first', async () => {
    await run()
    await claude.says('Because.')
    await claude.stops()
    await room.cancel(started)
    expect(await ended()).toMatchObject({ outcome: 'completed' })
  })

  it('[R2] wins against a completion that is on its way', async () => {
    await run()
    await claude.says('Be')
    const open = storage.hold()
    await claude.says('cause.')
    await claude.stops()
    await room.cancel(started)
    open()
    await clock.advance(1000)
    expect(finished?.ended).toMatchObject({ outcome: 'cancelled' })
    expect(await reply()).toMatchObject({ text: 'Be', ended: { outcome: 'cancelled' } })
  })

  it('is final also when the whole room is deleted', async () => {
    await run()
    await claude.says('Be')
    await room.log.deleteRoom(room.roomId)
    await clock.advance(1500)
    expect(claude.aborted).toBe(true)
    expect(finished).toMatchObject({ ended: null, next: null })
  })
})

describe('[R5.2] the watchdogs', () => {
  const failure = (code: keyof typeof FAILURES) => ({
    outcome: 'failed',
    error: { code, message: FAILURES[code] },
  })

  it('end an answer that does not begin', async () => {
    await run()
    await clock.advance(FIRST_EVENT_MS - 1)
    expect(finished).toBeNull()
    await clock.advance(1)
    expect(await ended()).toMatchObject(failure('no-answer'))
    expect(claude.aborted).toBe(true)
  })

  it('end an answer that falls silent, and keep what there is', async () => {
    await run()
    await claude.accepts(77)
    await claude.says('Beca')
    await clock.advance(SILENCE_MS - 1)
    await claude.says('use')
    await clock.advance(SILENCE_MS - 1)
    expect(finished).toBeNull()
    await clock.advance(1)
    expect(await reply()).toMatchObject({ text: 'Because', ended: failure('silent') })
    expect((await ended())?.usage).toEqual({ inputTokens: 77, outputTokens: 3, estimated: true })
  })

  it('end an answer that takes too long as a whole', async () => {
    await run()
    for (let second = 0; second < ANSWER_MS / 10_000; second++) {
      await claude.says('x')
      await clock.advance(10_000)
    }
    expect(await ended()).toMatchObject(failure('too-slow'))
    expect((await reply()).text).toBe('x'.repeat(10))
  })

  it('do not count the wait before another attempt as silence', async () => {
    await run({
      limits: { firstEventMs: 1000, silenceMs: 1000, answerMs: ANSWER_MS },
      retryDelay: () => 5000,
    })
    await claude.fails('overloaded')
    await clock.advance(5000)
    expect(claude.prompts).toHaveLength(2)
    await claude.says('Because.')
    await claude.stops()
    expect(await ended()).toMatchObject({ outcome: 'completed' })
  })
})

describe('a failure of Claude', () => {
  it('before the first text is tried again, three times in all', async () => {
    await run()
    await claude.fails('overloaded')
    await clock.advance(500)
    await claude.fails('overloaded')
    await clock.advance(999)
    expect(claude.prompts).toHaveLength(2)
    await clock.advance(1)
    expect(claude.prompts).toHaveLength(3)
    expect(finished).toBeNull()
    await claude.fails('overloaded')
    expect(await ended()).toMatchObject({ outcome: 'failed', error: { code: 'overloaded' } })
    expect(finished).toMatchObject({ attempts: 3 })
  })

  it('that passes leaves no trace', async () => {
    await run()
    await claude.gives({ type: 'begun', kind: 'thinking' })
    await claude.fails('connection')
    await clock.advance(500)
    await claude.says('Because.')
    await claude.stops()
    expect(await reply()).toMatchObject({ text: 'Because.', ended: { outcome: 'completed' } })
  })

  it('after the first text ends the answer, and keeps what there is', async () => {
    await run()
    await claude.says('Beca')
    await claude.fails('connection')
    await clock.advance(60_000)
    expect(claude.prompts).toHaveLength(1)
    expect(await reply()).toMatchObject({
      text: 'Beca',
      ended: { outcome: 'failed', error: { code: 'connection', message: FAILURES.connection } },
    })
  })

  it.each([
    ['is still on its way to the storage', 'Beca'],
    ['is half a character', '\uD83D'],
  ])('[R1] counts as after the first text when that %s', async (_, text) => {
    const open = storage.hold()
    await run()
    await claude.says(text)
    await claude.fails('connection')
    await clock.advance(10_000)
    open()
    await clock.advance(10_000)
    expect(claude.prompts).toHaveLength(1)
    expect(await ended()).toMatchObject({ outcome: 'failed' })
  })

  it('that will not pass is not tried again', async () => {
    await run()
    await claude.fails('authentication', false)
    expect(claude.prompts).toHaveLength(1)
    expect(await ended()).toMatchObject({ outcome: 'failed', error: { code: 'authentication' } })
  })

  it('that nobody expected says nothing of what it was', async () => {
    await run()
    await claude.breaks(new Error('secret body'))
    expect((await ended())?.error).toEqual({
      code: 'internal',
      message: 'Something went wrong on the server.',
    })
  })

  it('in building the prompt is the end of it', async () => {
    await run({ prompt: () => Promise.reject(new Refusal('message-not-found')) })
    expect(await ended()).toMatchObject({ outcome: 'failed', error: { code: 'message-not-found' } })
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
    await run()
    await claude.says('Be')
    await clock.advance(100)
    storage.away = 'before'
    await claude.says('cause.')
    await claude.stops()
    await clock.advance(60_000)
    expect(finished).toBeNull()
    storage.away = null
    await clock.advance(500)
    expect(await reply()).toMatchObject({ text: 'Because.', ended: { outcome: 'completed' } })
    expect(finished).not.toBeNull()
  })

  it('[R2] and loses the answer to an end has one end all the same', async () => {
    await run()
    await claude.says('Because.')
    storage.away = 'after'
    await claude.stops()
    storage.away = null
    await clock.advance(500)
    expect(storage.ends).toBe(2)
    expect(finished?.ended).toMatchObject({ outcome: 'completed' })
    expect((await reply()).text).toBe('Because.')
  })

  it('for too long ends the answer as failed, and stops paying', async () => {
    await run()
    await claude.says('Be')
    await clock.advance(100)
    storage.away = 'before'
    await claude.says('cause.')
    await clock.advance(16_000)
    expect(claude.aborted).toBe(true)
    storage.away = null
    await clock.advance(500)
    expect(await reply()).toMatchObject({
      text: 'Be',
      ended: { outcome: 'failed', error: { code: 'storage-unavailable' } },
    })
  })

  it('for too long with the last of the text has not completed the answer', async () => {
    await run()
    await claude.says('Hmm.', 'thinking')
    storage.away = 'before'
    await claude.says('Be', 'text')
    await claude.says('Well.', 'thinking')
    await claude.stops()
    await clock.advance(20_000)
    storage.away = null
    await clock.advance(500)
    expect(await reply()).toMatchObject({
      text: 'Hmm.',
      ended: { outcome: 'failed', error: { code: 'storage-unavailable' } },
    })
    expect((await ended())?.stop).toBeUndefined()
  })

  it('when the node goes down leaves the end to the next start', async () => {
    await run()
    await claude.says('Be')
    storage.away = 'before'
    generation.shutdown()
    await clock.advance(1000)
    expect(finished).toMatchObject({ ended: null, next: null })
  })

  it('for good, in a way that does not pass, is an error and leaves no timer', async () => {
    const end: RoomLog['end'] = () => Promise.reject(new Error('broken'))
    const log = new Proxy(room.log, {
      get: (target, name: keyof RoomLog) => (name === 'end' ? end : target[name].bind(target)),
    })
    await run({ log })
    const failed = expect(running).rejects.toThrow('broken')
    await claude.stops()
    await failed
    await settled()
    expect(clock.waiting).toBe(0)
  })
})

describe('a node that goes down', () => {
  it('[R2] ends its answer as interrupted, and keeps what there is', async () => {
    await room.queue('bob', 'How?')
    await run({ nextId: () => null })
    await claude.says('Beca')
    generation.shutdown()
    await settled()
    expect(claude.aborted).toBe(true)
    expect(await reply()).toMatchObject({
      text: 'Beca',
      ended: { outcome: 'interrupted', error: { code: 'interrupted' } },
    })
    expect((await room.state()).queue).toHaveLength(1)
  })

  it('makes no request any more', async () => {
    generation = new Generation({
      log: room.log,
      claude,
      clock,
      started,
      limits: { firstEventMs: 1, silenceMs: 1, answerMs: 1 },
      prompt: async () => ({ prompt, omitted: false }),
      nextId: () => null,
      retryDelay: () => null,
    })
    generation.shutdown()
    await generation.run()
    expect(claude.prompts).toEqual([])
    expect(await ended()).toMatchObject({ outcome: 'interrupted' })
  })
})

describe('the estimate of usage', () => {
  it('counts a token for 3 bytes of text, in any script', async () => {
    await run()
    await claude.accepts(10)
    await claude.says('日本語')
    generation.shutdown()
    await settled()
    const usage = { inputTokens: 10, outputTokens: byteLength('日本語') / 3, estimated: true }
    expect((await ended())?.usage).toEqual(usage)
  })
})
