import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClaudeDouble } from '@roomcast/test/doubles/claude.ts'
import { StorageDouble } from '@roomcast/test/doubles/storage.ts'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import type { Started } from '../judge/room-log.ts'
import { ClaudeFailure, FAILURES, type ModelLimits } from './claude.ts'
import type { Finished } from './generation.ts'
import { Generations, type GenerationsOptions } from './generations.ts'
import { estimateOf } from './prompt-fit.ts'

let clock: SimulatedClock
let room: TestRoom
let storage: StorageDouble
let claude: ClaudeDouble
let models: ModelLimits[]
let options: GenerationsOptions
let generations: Generations
let finished: { started: Started; how: Finished }[]
let errors: unknown[]

beforeEach(async () => {
  clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  storage = new StorageDouble(room.log)
  claude = new ClaudeDouble()
  models = []
  finished = []
  errors = []
  options = {
    log: storage.log,
    claude,
    clock,
    newId: () => room.newId(),
    chance: () => 0,
    limits: { firstEventMs: 10_000, silenceMs: 10_000, answerMs: 100_000 },
    maxTokens: 1000,
    promptTokens: 100_000,
    thinking: false,
    models: () => models,
    hold: () => () => undefined,
    mayGoOn: () => true,
    onAsk: () => undefined,
    onFinished: (started, how) => finished.push({ started, how }),
    onError: (_, error) => errors.push(error),
  }
  generations = new Generations(options)
})
afterEach(() => room.log.close())

async function run(started: Started): Promise<void> {
  generations.run(started)
  await settle()
}

const outcomes = () => finished.map(({ how }) => how.ended?.outcome ?? null)
const lastPart = () => claude.prompts.at(-1)?.turns.at(-1)?.parts.at(-1) ?? ''

describe('the request to Claude', () => {
  it('[R6.6] contains edited messages in their new form, and no retracted ones', async () => {
    const [edited, retracted] = [await room.said('bob', 'Helo'), await room.said('bob', 'A secret')]
    await room.answer(await room.asked('alice', 'One?'), 'First.')
    await room.edit('bob', edited, 'Hello')
    await room.retract('alice', retracted)
    await run(await room.asked('alice', 'Two?'))
    const asked = JSON.stringify(claude.prompts.at(-1))
    expect(asked).toContain('Hello')
    expect(asked).not.toMatch(/Helo\b|secret/)
  })

  it('contains the instructions from when the generation started', async () => {
    await room.instruct('In verse.')
    const started = await room.asked('alice', 'One?')
    await room.instruct('In prose.')
    await run(started)
    expect(claude.prompts.at(-1)?.system).toContain('In verse.')
    expect(claude.prompts.at(-1)?.system).not.toContain('In prose.')
  })

  it('[R6.6] is not made if the question is retracted just after the start', async () => {
    const started = await room.asked('alice', 'A secret?')
    await room.retract('alice', started.messageId)
    await run(started)
    expect(claude.prompts).toHaveLength(0)
    expect(finished[0]?.how.ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'message-not-found', message: 'The question was deleted.' },
    })
  })
})

describe('the generations of a node', () => {
  it('are followed by the queued questions, one after the other', async () => {
    const first = await room.asked('alice', 'One?')
    await room.queued('bob', 'Two?')
    await room.queued('alice', 'Three?')
    await run(first)
    for (const question of ['One?', 'Two?', 'Three?']) {
      expect(generations.size).toBe(1)
      expect(lastPart()).toContain(question)
      await claude.says(`Answer to ${question}`)
      await claude.stops()
    }
    expect(generations.size).toBe(0)
    expect(outcomes()).toEqual(['completed', 'completed', 'completed'])
    expect((await room.state()).running).toBeNull()
    expect(clock.pending).toBe(0)
  })

  it('[R5] continue with the queue after a failure', async () => {
    const first = await room.asked('alice', 'One?')
    await room.queued('bob', 'Two?')
    await run(first)
    await claude.says('On')
    await claude.fails('connection')
    expect(lastPart()).toContain('Two?')
    await claude.says('Two.')
    await claude.stops()
    expect(outcomes()).toEqual(['failed', 'completed'])
  })

  it('[R3] learn of a stop from the log, and leave the queue held', async () => {
    const first = await room.asked('alice', 'One?')
    await room.queued('bob', 'Two?')
    await run(first)
    await claude.says('On')
    await room.cancel('bob', first.generationId)
    await settle()
    expect(claude.aborted).toBe(true)
    expect(outcomes()).toEqual(['cancelled'])
    expect(await room.state()).toMatchObject({ held: true, running: null })
    expect(generations.size).toBe(0)
  })

  it('[R3.2] close the request for a stop that the log cannot take, if it runs here in that room', async () => {
    const started = await room.asked('alice', 'One?')
    await run(started)
    const { generationId } = started
    const stop = { generationId, by: 'bob', reason: undefined }
    expect(generations.cancel({ ...stop, roomId: 'another' })).toBe(false)
    expect(generations.cancel({ ...stop, generationId: 'other', roomId: room.roomId })).toBe(false)
    expect(claude.aborted).toBe(false)
    expect(generations.cancel({ ...stop, roomId: room.roomId })).toBe(true)
    expect(claude.aborted).toBe(true)
    await settle()
    expect(finished[0]?.how.ended).toMatchObject({ outcome: 'cancelled', by: 'bob' })
  })

  it('[R5.4] know the members of their room, including those who join or leave meanwhile', async () => {
    const started = await room.asked('alice', 'One?')
    const knows = (memberId: string, roomId = room.roomId) =>
      generations.knowsMember(roomId, started.generationId, memberId)
    expect(knows('alice')).toBe(false)
    await run(started)
    expect(['alice', 'bob', 'cleo'].map((id) => knows(id))).toEqual([true, true, false])
    expect(knows('alice', 'another')).toBe(false)
    const cleo = { memberId: 'cleo', name: 'Cleo', role: 'member' } as const
    await room.log.join(room.roomId, { commandId: room.newId(), ...cleo })
    const leaves = { type: 'remove', by: 'bob', memberId: 'bob' } as const
    await room.log.amend(room.roomId, { commandId: room.newId(), ...leaves })
    await settle()
    expect(['alice', 'bob', 'cleo'].map((id) => knows(id))).toEqual([true, false, true])
    await room.cancel('alice', started.generationId)
    await settle()
    expect(knows('alice')).toBe(false)
    // A member who left before the start is not a member either.
    const next = await room.asked('alice', 'Two?')
    await run(next)
    const known = ['alice', 'bob', 'cleo'].map((id) =>
      generations.knowsMember(room.roomId, next.generationId, id),
    )
    expect(known).toEqual([true, false, true])
  })

  it('end when their room is deleted', async () => {
    await run(await room.asked('alice', 'One?'))
    await room.log.deleteRoom(room.roomId)
    await settle()
    expect(claude.aborted).toBe(true)
    expect([generations.size, outcomes(), errors]).toEqual([0, [null], []])
  })

  it('[R2] do not touch a generation that belongs to another node by now', async () => {
    const started = await room.asked('alice', 'One?')
    await run({ ...started, fence: started.fence + 1 })
    expect(claude.prompts).toEqual([])
    expect((await room.reply(started.generationId)).ended).toBeNull()
  })
})

describe('the prompt of a generation', () => {
  const ask = async (text: string) => {
    await run(await room.asked('alice', text))
    return claude.prompts.at(-1)
  }

  it('contains the messages and the model of the room, and the token limit', async () => {
    await room.say('bob', 'Hello.')
    const prompt = await ask('Why?')
    expect(prompt).toMatchObject({ model: 'claude-opus-5-5', maxTokens: 1000 })
    expect(prompt?.turns).toEqual([
      {
        role: 'user',
        parts: [
          '<message from="Bob">\nHello.\n</message>',
          '<message from="Alice">\nWhy?\n</message>',
        ],
      },
    ])
  })

  it('stays within the limit of the model, with space for the answer', async () => {
    models = [
      {
        id: 'claude-opus-5-5',
        name: 'Opus',
        maxInputTokens: 1000,
        maxOutputTokens: 200,
        thinks: false,
      },
    ]
    await room.say('bob', 'Long ago. '.repeat(300))
    await room.say('bob', 'Just now.')
    const prompt = await ask('Why?')
    expect(prompt?.maxTokens).toBe(200)
    expect(prompt?.turns[0]?.parts).toHaveLength(2)
    await claude.stops()
    expect((await room.reply(1)).ended).toMatchObject({ omitted: true })
  })
})

describe('thinking', () => {
  const [opus, other] = ['claude-opus-5-5', 'another-model']
  const known = (id: string, thinks: boolean): ModelLimits => ({
    ...{ id, name: id, maxInputTokens: 0, maxOutputTokens: 0 },
    thinks,
  })
  const isAsked = async (preset: boolean, chosen: boolean | undefined, list: ModelLimits[]) => {
    models = list
    generations = new Generations({ ...options, thinking: preset })
    if (chosen !== undefined)
      await room.log.amend(room.roomId, {
        ...{ commandId: room.newId(), by: 'alice', type: 'configure' },
        thinking: chosen,
      })
    await run(await room.asked('alice', 'Why?'))
    return claude.prompts.at(-1)?.thinking
  }

  it.each([
    [false, undefined, false],
    [true, undefined, true],
    [false, true, true],
    [true, false, false],
  ])(
    'follows the setting of the node (%s) unless the room has one (%s): %s',
    async (preset, chosen, asked) => {
      expect(await isAsked(preset, chosen, [known(opus, true)])).toBe(asked)
    },
  )

  it.each([
    ['cannot', [known(opus, false), known(other, true)]],
    ['is not known', [known(other, true)]],
    ['is not known yet', []],
  ])('is not requested from a model that %s', async (_, list) => {
    expect(await isAsked(true, true, list)).toBe(false)
  })
})

describe('a prompt that is too long', () => {
  const tooLong = (tokens: number | null, maximum: number | null) =>
    claude.breaks(
      new ClaudeFailure('too-large', { retryable: false, tooLong: { tokens, maximum } }),
    )
  const sizes = () => claude.prompts.map(estimateOf)
  const talk = async () => {
    for (let count = 0; count < 40; count++) await room.say('bob', 'Long ago. '.repeat(100))
  }

  it('is shortened and sent again at once, and the next one in this room is short enough', async () => {
    await talk()
    await run(await room.asked('alice', 'Why?'))
    const estimated = sizes()[0] ?? 0
    // Twice the estimate.
    await tooLong(estimated * 2, 8000)
    expect(sizes()).toHaveLength(2)
    expect(sizes()[1]).toBeLessThan(4000)
    await claude.says('Because.')
    await claude.stops()
    expect((await room.reply(1)).ended).toMatchObject({
      outcome: 'completed',
      omitted: true,
    })
    await run(await room.asked('alice', 'And why that?'))
    expect(sizes()[2]).toBeLessThan(4000)
    expect(sizes()[2]).toBeGreaterThan(3000)
  })

  it('is halved, up to three times, if Claude does not give its limit', async () => {
    await talk()
    await run(await room.asked('alice', 'Why?'))
    for (let time = 0; time < 4; time++) await tooLong(null, null)
    expect(sizes()).toHaveLength(4)
    for (const [at, size] of sizes().slice(1).entries())
      expect(size).toBeLessThanOrEqual((sizes()[at] ?? 0) / 2)
    expect(finished[0]?.how.ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'too-large', message: FAILURES['too-large'] },
    })
  })

  it('is not sent again if the question alone is too long', async () => {
    await run(await room.asked('alice', 'Why? '.repeat(5000)))
    await tooLong(20_000, 1000)
    expect(sizes()).toHaveLength(1)
    expect(finished[0]?.how).toMatchObject({ attempts: 1, ended: { error: { code: 'too-large' } } })
  })

  it('is not shortened after a stop', async () => {
    await talk()
    const started = await room.asked('alice', 'Why?')
    await run(started)
    await room.cancel('bob', started.generationId)
    await tooLong(200_000, 1000)
    expect(sizes()).toHaveLength(1)
  })

  it('reports its reason to the operator, without the words of members', async () => {
    await run(await room.asked('alice', 'Why is the moon round?'))
    const reason = 'messages.0: "Why is the moon round?" is invalid'
    await claude.breaks(new ClaudeFailure('invalid-request', { retryable: false, reason }))
    expect(finished[0]?.how.reason).toBe('messages.0: "…" is invalid')
  })
})

describe('a node that shuts down', () => {
  it('lets answers finish until its deadline, and starts nothing new', async () => {
    const first = await room.asked('alice', 'One?')
    await room.queued('bob', 'Two?')
    await run(first)
    const drained = generations.drain(5000)
    await clock.advance(4000)
    await claude.says('One.')
    await claude.stops()
    await drained
    expect(outcomes()).toEqual(['completed'])
    expect(claude.prompts).toHaveLength(1)
    expect(await room.state()).toMatchObject({ running: null, held: false })
    expect(clock.pending).toBe(0)
  })

  it('[R2] ends the rest as interrupted', async () => {
    await run(await room.asked('alice', 'One?'))
    await claude.says('On')
    const drained = generations.drain(5000)
    await clock.advance(5000)
    await drained
    expect(outcomes()).toEqual(['interrupted'])
    expect(await room.reply(1)).toMatchObject({ text: 'On' })
  })

  it('gives the same time to an answer that is just being started', async () => {
    await run(await room.asked('alice', 'One?'))
    const drained = generations.drain(5000)
    await room.cancel('bob', (await room.reply(1)).generationId)
    await run(await room.asked('alice', 'Two?'))
    await claude.says('Two.')
    await claude.stops()
    await drained
    expect(outcomes()).toEqual(['cancelled', 'completed'])
    expect(clock.pending).toBe(0)
  })

  it('ends an answer that starts after the deadline at once', async () => {
    await run(await room.asked('alice', 'One?'))
    const drained = generations.drain(1000)
    await clock.advance(1000)
    await drained
    await run(await room.asked('alice', 'Two?'))
    await generations.drain(0)
    expect(outcomes()).toEqual(['interrupted', 'interrupted'])
    expect(claude.prompts).toHaveLength(1)
  })

  it('waits for nothing if nothing runs', async () => {
    await generations.drain(5000)
    expect(clock.pending).toBe(0)
  })

  it('[R5] shuts down even if the storage takes no end', async () => {
    await run(await room.asked('alice', 'One?'))
    storage.away = 'before'
    const drained = generations.drain(1000)
    await clock.advance(2000)
    await drained
    expect(outcomes()).toEqual([null])
  })
})
