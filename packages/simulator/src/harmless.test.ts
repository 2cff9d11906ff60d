import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  asking,
  clientOf,
  drive as driveThrough,
  QUESTION,
  textIn,
  textOf,
} from '@roomcast/test/doubles/simulator-client.ts'
import { SCENARIOS } from './scenarios.ts'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant', seed: 11 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const drive = (choice: string) => driveThrough(simulator, choice)
const HARMLESS = SCENARIOS.filter((scenario) => scenario.nature === 'harmless')

test('every scenario has a unique name and a description', () => {
  const names = SCENARIOS.map((scenario) => scenario.name)
  expect(new Set(names).size).toBe(names.length)
  for (const scenario of SCENARIOS) expect(scenario.description).not.toBe('')
})

describe.each(HARMLESS)('the harmless scenario $name', ({ name }) => {
  const choice = `${name} hold=30 ping=10`

  test('sends a complete answer to a raw reader', async () => {
    const done = await drive(choice)
    expect(done.error).toBeNull()
    expect(done.stopped).toBe(true)
    expect(done.text).toBe(done.record.text)
    expect(done.record).toMatchObject({ end: 'completed', scenario: name, bytesAfterClose: 0 })
  })

  test('sends the same message through the helper', async () => {
    const raw = await drive(choice)
    simulator.reset()
    const stream = clientOf(simulator.urlFor(choice)).messages.stream(asking(QUESTION))
    const message = await stream.finalMessage()
    const ending = raw.events.find((event) => event.type === 'message_delta')
    const start = raw.events.find((event) => event.type === 'message_start')
    expect(textOf(message)).toBe(raw.text)
    expect(message.id).toBe(start?.message.id)
    expect(message.stop_reason).toBe(ending?.delta.stop_reason)
    expect(message.stop_details).toEqual(ending?.delta.stop_details)
    expect(message.usage.output_tokens).toBe(ending?.usage.output_tokens)
  })
})

describe('harmless oddities', () => {
  test.each([
    ['normal', 'end_turn'],
    ['max-tokens', 'max_tokens'],
    ['context-window', 'model_context_window_exceeded'],
    ['stop-sequence', 'stop_sequence'],
    ['pause-turn', 'pause_turn'],
    ['refusal', 'refusal'],
  ])('%s ends with stop reason %s', async (name, reason) => {
    const { events } = await drive(name)
    const ending = events.find((event) => event.type === 'message_delta')
    expect(ending?.delta.stop_reason).toBe(reason)
    expect(ending?.delta.stop_details?.type).toBe(reason === 'refusal' ? 'refusal' : undefined)
  })

  test.each([
    ['thinking-summarized', ['thinking', 'text'], true],
    ['thinking-omitted', ['thinking', 'text'], false],
    ['no-thinking', ['text'], false],
  ])('%s has the blocks %j', async (name, blocks, shown) => {
    const { events } = await drive(name)
    const starts = events.filter((event) => event.type === 'content_block_start')
    const deltas = events.filter((event) => event.type === 'content_block_delta')
    expect(starts.map((event) => event.content_block.type)).toEqual(blocks)
    expect(deltas.some((event) => event.delta.type === 'thinking_delta')).toBe(shown)
  })

  test('cut-pairs leaves lone surrogates in deltas and none in the joined text', async () => {
    const { events, text } = await drive('cut-pairs')
    expect(events.some((event) => !textIn(event).isWellFormed())).toBe(true)
    expect(text.isWellFormed()).toBe(true)
  })

  test('no other scenario leaves a lone surrogate in a delta', async () => {
    const { events } = await drive('unicode chunk=1')
    expect(events.every((event) => textIn(event).isWellFormed())).toBe(true)
  })

  test('empty-answer has no text at all', async () => {
    const { text, record } = await drive('empty-answer')
    expect({ text, deltas: record.textDeltas }).toEqual({ text: '', deltas: 0 })
  })

  test('pause writes pings into its silence', async () => {
    const body = await rawBody('pause hold=60 ping=5')
    expect(body.toString().split('event: ping').length).toBeGreaterThan(4)
  })

  test('unicode carries NUL, every line end and a long line of the requested size', async () => {
    const { text } = await drive('unicode line=50000')
    for (const odd of ['\u0000', '\r\n', '\u2028', '\uFEFF', '👩‍👩‍👧‍👦', 'שלום'])
      expect(text).toContain(odd)
    expect(text.length).toBeLessThan(50_000)
    const client = clientOf(simulator.urlFor('unicode line=50000'))
    const whole = await client.messages.stream(asking(QUESTION, 100_000)).finalMessage()
    expect(textOf(whole).split('\n').at(-1)).toHaveLength(50_000)
  })
})

describe('bytes', () => {
  test('one-byte writes every byte on its own', async () => {
    const sizes = await chunkSizes('one-byte length=300')
    expect(Math.max(...sizes)).toBe(1)
  })

  test('split-characters ends writes inside characters', async () => {
    const chunks = await bodyChunks('split-characters')
    expect(chunks.some((chunk) => (chunk.at(-1) ?? 0) >= 0xc0)).toBe(true)
  })

  test('split-blank-lines ends writes between the two line ends', async () => {
    const chunks = await bodyChunks('split-blank-lines')
    expect(chunks.filter((chunk) => chunk.toString() === '\n').length).toBeGreaterThan(5)
  })

  test('coalesced puts many events into one write', async () => {
    const { record, events } = await drive('coalesced')
    expect(record.writes).toBeLessThan(events.length / 4)
  })

  test('crlf ends every line with CR LF', async () => {
    const body = (await rawBody('crlf')).toString()
    expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('strangers puts unknown items between the events', async () => {
    const body = (await rawBody('strangers')).toString()
    expect(body).toMatch(/^: hello\nretry: 5000\n\n/)
    expect(body).toContain('event: weather_report')
    expect(body).toContain('scent_delta')
  })

  test('invalid-bytes sends invalid UTF-8, which becomes replacement characters', async () => {
    expect((await rawBody('invalid-bytes')).includes(0xff)).toBe(true)
    expect((await drive('invalid-bytes')).text).toContain('\uFFFD')
  })

  test('no-blank-line ends with a single line end', async () => {
    const body = (await rawBody('no-blank-line')).toString()
    expect(body).toMatch(/message_stop"\s*}\n$/)
    expect(body).not.toMatch(/\n\n$/)
  })
})

/** The body in the chunks in which it arrived: `node:http` keeps them separate, `fetch` may join them. */
function bodyChunks(choice: string): Promise<Buffer[]> {
  const headers = {
    authorization: 'Bearer test-key',
    'anthropic-version': '2026-10-21',
    'content-type': 'application/json',
  }
  const url = `${simulator.urlFor(choice)}/v1/messages`
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(chunks))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify({ ...asking(QUESTION), stream: true }))
  })
}

async function rawBody(choice: string): Promise<Buffer> {
  return Buffer.concat(await bodyChunks(choice))
}

async function chunkSizes(choice: string): Promise<number[]> {
  return (await bodyChunks(choice)).map((chunk) => chunk.length)
}
