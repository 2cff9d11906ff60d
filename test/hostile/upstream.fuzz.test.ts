// Claude's stream with every field missing, null, of another type, huge, negative, nested, repeated or out of order,
// cut and framed in every way, through the real SDK over real HTTP into a real log: no crash, no text lost, the
// generation ends, and everything written can be read back by our own schemas.
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClaudeSdk } from '@roomcast/server/generation/claude-sdk.ts'
import { Generation } from '@roomcast/server/generation/generation.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { entrySchema, type Ended, roomStateSchema } from '@roomcast/shared/protocol'
import { partsOf } from '@roomcast/shared/room'
import { PROMPT } from '../doubles/generation.ts'
import { TestRoom } from '../doubles/room.ts'
import { TEST_DEADLINE_MS } from '../support/deadline.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 400)
/** A deadline that grows with the number of runs; each answer takes a few milliseconds. */
const timeout = TEST_DEADLINE_MS + RUNS * 50

/** Time windows in milliseconds are not tested here. */
const clock = {
  now: () => systemClock.now(),
  after: (ms: number, then: () => void) => systemClock.after(ms < 100 ? 0 : ms, then),
}

type Fields = Readonly<Record<string, unknown>>

/** An event, and the words that its text must contain. */
interface Sent {
  readonly type: string
  readonly data: Fields
  readonly text?: string
  readonly thinking?: string
}

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  false,
  0,
  -5,
  2.5,
  1e300,
  'NaN',
  'a word',
  '',
  'x'.repeat(100_000),
  [],
  [[[[{}]]]],
  {},
  { type: { type: 'text' } },
  { text: { text: 'no' } },
)
const strange = fc.constantFrom(
  'hologram',
  'toString',
  '__proto__',
  'text_block',
  ' ',
  'x'.repeat(300),
)
const maybeOdd = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: usual }, odd)
const index = maybeOdd(fc.nat(3))
const usage = maybeOdd(
  fc.record({
    input_tokens: maybeOdd(fc.nat(1000)),
    output_tokens: maybeOdd(fc.nat(1000)),
    cache_read_input_tokens: maybeOdd(fc.nat(1000)),
    iterations: odd,
  }),
)
const aside = fc.constantFrom('tool_use', 'web_search_tool_result', 'container_upload')

const anEvent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ usage, content: odd, model: odd }).map((message): Sent => ({
    type: 'message_start',
    data: { message },
  })),
  fc
    .tuple(index, fc.oneof(aside, strange, fc.constant('text')), words)
    .map(([index, type, text]): Sent => ({
      type: 'content_block_start',
      data: { index, content_block: { type, text } },
      text,
    })),
  fc.tuple(index, words).map(([index, thinking]): Sent => ({
    type: 'content_block_start',
    data: { index, content_block: { type: 'thinking', thinking, signature: '' } },
    thinking,
  })),
  fc.tuple(index, odd).map(([index, content_block]): Sent => ({
    type: 'content_block_start',
    data: { index, content_block },
  })),
  {
    weight: 6,
    arbitrary: fc.tuple(index, words).map(([index, text]): Sent => ({
      type: 'content_block_delta',
      data: { index, delta: { type: 'text_delta', text } },
      text,
    })),
  },
  fc.tuple(index, words).map(([index, thinking]): Sent => ({
    type: 'content_block_delta',
    data: { index, delta: { type: 'thinking_delta', thinking } },
    thinking,
  })),
  fc.tuple(index, odd).map(([index, delta]): Sent => ({
    type: 'content_block_delta',
    data: { index, delta },
  })),
  fc
    .tuple(
      index,
      fc.constantFrom('text_delta', 'thinking_delta', 'signature_delta', 'citations_delta'),
      odd,
    )
    .filter(([, , value]) => typeof value !== 'string')
    .map(([index, type, value]): Sent => ({
      type: 'content_block_delta',
      data: { index, delta: { type, text: value, thinking: value } },
    })),
  index.map((index): Sent => ({ type: 'content_block_stop', data: { index } })),
  fc
    .tuple(maybeOdd(fc.record({ stop_reason: odd, stop_details: odd })), usage)
    .map(([delta, usage]): Sent => ({ type: 'message_delta', data: { delta, usage } })),
  fc.tuple(strange, odd).map(([type, value]): Sent => ({ type, data: { value } })),
  fc.constant<Sent>({ type: 'ping', data: {} }),
)
const STOP: Sent = { type: 'message_stop', data: {} }

/** Where the event says its type. */
const naming = fc.constantFrom('both', 'both', 'data', 'line')
const someAnswer = fc.record({
  events: fc.array(fc.tuple(anEvent, naming), { maxLength: 14 }),
  /** Events sent twice in a row. */
  twice: fc.nat(20),
  end: fc.constantFrom('stop', 'stop', 'stop', 'stop and more', 'none'),
  lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
  between: fc.constantFrom('', ': comment\n', 'id: 5\n', 'retry: 10\n'),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
})

type Answer = typeof someAnswer extends fc.Arbitrary<infer T> ? T : never

function sentOf({ events, twice, end }: Answer): (readonly [Sent, string])[] {
  const sent = events.flatMap((event, at) => (at === twice ? [event, event] : [event]))
  const stop = [STOP, 'both'] as const
  if (end === 'none') return sent
  return end === 'stop' ? [...sent, stop] : [...sent, stop, ...sent, stop]
}

function frameOf([{ type, data }, named]: readonly [Sent, string], { lineEnd, between }: Answer) {
  const body = JSON.stringify(named === 'line' ? data : { type, ...data })
  const line = named === 'data' ? '' : `event: ${type}\n`
  return `${between}${line}data: ${body}\n\n`.replaceAll('\n', lineEnd)
}

function bytesOf(answer: Answer): Buffer[] {
  const frames = sentOf(answer).map((sent) => frameOf(sent, answer))
  const whole = Buffer.from(frames.join(''))
  const cuts = answer.cuts.map((part) => Math.floor(part * whole.length)).sort((a, b) => a - b)
  return [0, ...cuts].map((from, at) => whole.subarray(from, cuts[at] ?? whole.length))
}

let server: Server
let base: string
let write: (response: ServerResponse) => void = () => undefined
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    write(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Asks in a room of its own, to the end; returns the result that everybody reads there. */
async function asked(): Promise<{ text: string; thinking: string; ended: Ended | null }> {
  const claude = new ClaudeSdk({
    apiKey: 'key',
    baseUrl: base,
    firstEventMs: 5000,
    silenceMs: 5000,
  })
  const room = await TestRoom.open(clock)
  const started = await room.asked('alice', 'Why?')
  const generation = new Generation({
    log: room.log,
    claude,
    clock,
    started,
    limits: { firstEventMs: 5000, silenceMs: 5000, answerMs: 20_000 },
    prompt: () => Promise.resolve({ prompt: PROMPT, omitted: false }),
    nextId: () => room.newId(),
    retryDelay: () => null,
  })
  await generation.run()
  const { entries } = await room.log.read(room.roomId)
  for (const entry of entries)
    expect(entrySchema['~standard'].validate(entry)).not.toHaveProperty('issues')
  expect(roomStateSchema['~standard'].validate(await room.state())).not.toHaveProperty('issues')
  const reply = await room.reply(started.generationId)
  await room.log.close()
  const said = (kind: string) =>
    partsOf(reply)
      .filter((part) => part.kind === kind)
      .map((part) => part.text)
      .join('')
  return { text: said('text'), thinking: said('thinking'), ended: reply.ended }
}

describe('[R2.5] whatever Claude’s stream contains', { timeout }, () => {
  it('no text is lost, the answer ends, and everything written can be read', async () => {
    const met = new Map<string, number>()
    const property = fc.asyncProperty(someAnswer, async (answer) => {
      write = (response) => {
        for (const part of bytesOf(answer)) response.write(part)
        response.end()
      }
      const sent = sentOf(answer).map(([one]) => one)
      const until = sent.indexOf(STOP)
      const counted = until < 0 ? sent : sent.slice(0, until)
      const text = counted.map((one) => one.text ?? '').join('')
      const reply = await asked()
      expect(reply.text).toBe(text)
      expect(reply.thinking).toBe(counted.map((one) => one.thinking ?? '').join(''))
      const how = until < 0 ? 'truncated' : text.trim() === '' ? 'empty-answer' : 'completed'
      expect(reply.ended?.error?.code ?? reply.ended?.outcome).toBe(how)
      met.set(how, (met.get(how) ?? 0) + 1)
    })
    const run = await fc.check(property, { seed: SEED, numRuns: RUNS })
    if (run.failed)
      throw new Error(
        `${fc.defaultReportMessage(run)}\nRerun: FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS} pnpm vitest run test/hostile/upstream.fuzz.test.ts`,
        { cause: run.errorInstance },
      )
    process.stdout.write(`upstream: ${RUNS} answers ${JSON.stringify(Object.fromEntries(met))}\n`)
    for (const how of ['completed', 'truncated', 'empty-answer'])
      expect(met.get(how) ?? 0, how).toBeGreaterThan(0)
  })

  it('the answer ends as failed if its bytes are no event stream', async () => {
    const met = new Set<string | undefined>()
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      write = (response) => response.end(Buffer.from(bytes))
      const { ended } = await asked()
      expect(ended?.outcome).toBe('failed')
      met.add(ended?.error?.code)
    })
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS / 4) })
    expect([...met]).toContain('truncated')
  })
})
