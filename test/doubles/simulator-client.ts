// The real SDK pointed at a simulator, and ways to wait for either.
import Anthropic from '@anthropic-ai/sdk'
import type { Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import type { RequestRecord, Simulator } from '@roomcast/simulator'
import { DEADLINE_MS } from '../support/deadline.ts'
import { pause } from '../support/pause.ts'

/** The SDK as our server uses it: without its own retries. */
export function clientOf(baseURL: string, maxRetries = 0): Anthropic {
  return new Anthropic({ apiKey: 'test-key', baseURL, maxRetries, logLevel: 'off' })
}

export function asking(text: string, maxTokens = 4000) {
  return {
    model: 'claude-sonnet-5-5',
    max_tokens: maxTokens,
    messages: [{ role: 'user' as const, content: text }],
  }
}

/** The result of reading a stream: everything that arrived, and the error thrown, if any. */
export type Reading = {
  readonly events: readonly RawMessageStreamEvent[]
  readonly text: string
  readonly stopped: boolean
  readonly error: unknown
}

/** @param watch is called with each event as it arrives, and may end the reading by aborting `signal` */
export async function read(
  client: Anthropic,
  text: string,
  watch: { signal?: AbortSignal; seen?: (event: RawMessageStreamEvent) => void } = {},
): Promise<Reading> {
  const events: RawMessageStreamEvent[] = []
  let error: unknown = null
  try {
    const options = watch.signal === undefined ? {} : { signal: watch.signal }
    const stream = await client.messages.create({ ...asking(text), stream: true }, options)
    for await (const event of stream) {
      events.push(event)
      watch.seen?.(event)
    }
  } catch (thrown) {
    error = thrown
  }
  return {
    events,
    error,
    text: events.map(textIn).join(''),
    stopped: events.some((event) => event.type === 'message_stop'),
  }
}

export function textIn(event: RawMessageStreamEvent): string {
  if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') return ''
  return event.delta.text
}

export function textOf(message: Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

/** Resolves when the condition holds; fails if it never does. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for: ${what}`)
    await pause(2)
  }
}

/** The question of the scenario tests; its answer is long. */
export const QUESTION = 'How do you debug a flaky test?'

export type Done = Reading & { readonly record: RequestRecord }

/** Asks through the path, reads to the end, and waits until the record is closed. */
export async function drive(simulator: Simulator, choice: string): Promise<Done> {
  const reading = await read(clientOf(simulator.urlFor(choice)), QUESTION)
  return { ...reading, record: await closedRecord(simulator) }
}

/** For streams that never end: reads until `enough` holds, then disconnects. */
export async function driveUntil(
  simulator: Simulator,
  choice: string,
  enough: (record: RequestRecord, seen: RawMessageStreamEvent | undefined) => boolean,
): Promise<Done> {
  const { signal, abort } = aborter()
  let latest: RawMessageStreamEvent | undefined
  const seen = (event: RawMessageStreamEvent) => void (latest = event)
  const reading = read(clientOf(simulator.urlFor(choice)), QUESTION, { signal, seen })
  await until(
    () => simulator.requests.some((record) => enough(record, latest)),
    `${choice} came to its silence`,
  )
  if (simulator.stats.open !== 1) throw new Error('the silent stream is not open')
  abort()
  return { ...(await reading), record: await closedRecord(simulator) }
}

function aborter() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

export async function closedRecord(simulator: Simulator): Promise<RequestRecord> {
  await until(() => simulator.requests[0]?.endedAt != null, 'the request ended')
  const record = simulator.requests[0]
  if (record === undefined) throw new Error('no request was recorded')
  return record
}
