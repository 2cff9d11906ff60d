// The answers of a node under spending limits.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClaudeDouble } from '@roomcast/test/doubles/claude.ts'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import type { Started } from '../judge/room-log.ts'
import { Generations } from './generations.ts'

let room: TestRoom
let claude: ClaudeDouble
let generations: Generations
let mayGoOn: boolean
let asked: number[]

beforeEach(async () => {
  const clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  claude = new ClaudeDouble()
  mayGoOn = true
  asked = []
  generations = new Generations({
    log: room.log,
    claude,
    clock,
    newId: () => room.newId(),
    chance: () => 0,
    limits: { firstEventMs: 10_000, silenceMs: 10_000, answerMs: 100_000 },
    maxTokens: 1000,
    promptTokens: 100_000,
    thinking: false,
    models: () => [],
    hold: () => () => undefined,
    mayGoOn: () => mayGoOn,
    onAsk: (_, tokens) => asked.push(tokens),
    onFinished: () => undefined,
    onError: (_, error) => {
      throw error
    },
  })
})
afterEach(() => room.log.close())

async function run(started: Started): Promise<void> {
  generations.run(started)
  await settle()
}

describe('with spending limits', () => {
  it('[R7.3] the next question of a room waits for its turn', async () => {
    mayGoOn = false
    await run(await room.asked('alice', 'One?'))
    await room.queued('bob', 'Two?')
    await claude.stops()
    await settle()
    expect(await room.state()).toMatchObject({ running: null, held: false })
    expect((await room.state()).queue).toHaveLength(1)
  })

  it('the tokens of a prompt are reported before Claude is asked', async () => {
    await run(await room.asked('alice', 'One?'))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBeGreaterThan(0)
  })

  it('switching spending off ends running answers at once, and every answer started later', async () => {
    await run(await room.asked('alice', 'One?'))
    generations.stopSpending()
    await settle()
    expect(claude.aborted).toBe(true)
    expect((await room.reply(1)).ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'spending-off' },
    })
    const prompts = claude.prompts.length
    await run(await room.asked('bob', 'Two?'))
    expect((await room.reply(2)).ended?.error?.code).toBe('spending-off')
    expect(claude.prompts).toHaveLength(prompts)
  })
})
