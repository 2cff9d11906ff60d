import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Refusal, type GenerationEnded, type Update } from '@roomcast/shared/protocol'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { parseExposition, type Exposition } from '@roomcast/test/doubles/exposition.ts'
import { openSqliteRoomLog } from '../room-logs.ts'
import type { RoomLog, Started } from '../judge/room-log.ts'
import { memberLabel } from '../spending/member-label.ts'
import { Metrics } from './metrics.ts'
import { UnderWay } from './under-way.ts'

/** Metrics on a clock that the test moves. */
function meter(probeAgeMs: number | null = null) {
  const now = { seconds: 100 }
  const metrics = new Metrics({
    seconds: () => now.seconds,
    readings: {
      watchers: () => ({ socket: 3, events: 2 }),
      rooms: () => 4,
      generations: () => 1,
      ready: () => true,
      probeAgeMs: () => probeAgeMs,
      loopLagMs: () => 12,
    },
  })
  const read = async (): Promise<Exposition> => parseExposition((await metrics.exposition()).text)
  return { now, metrics, read }
}

/** A room in memory with a running generation, and a fan-out that records its updates. */
async function measured() {
  const { now, metrics, read } = meter()
  const bare = await openSqliteRoomLog({
    path: ':memory:',
    clock: new SimulatedClock(),
    newId: idsFrom('made'),
    onFollowerError: (error) => {
      throw error
    },
  })
  /** The duration of each call, s, and the error it fails with. */
  const next: { takes: number; fails: unknown } = { takes: 0, fails: null }
  const slow = new Proxy(bare, {
    get: (log, name: keyof RoomLog) => {
      const method = Reflect.get(log, name) as (...parameters: unknown[]) => Promise<unknown>
      return async (...parameters: unknown[]) => {
        now.seconds += next.takes
        if (next.fails !== null) throw next.fails as Error
        return method.apply(log, parameters)
      }
    },
  })
  const log = metrics.ofLog(slow)
  const seen: Update[] = []
  const fanOut = metrics.ofFanOut({ send: (_roomId, update) => void seen.push(update) })
  const owner = { memberId: 'alice', name: 'Alice' }
  const room = { commandId: 'c1', roomId: 'room', title: '', model: 'm', instructions: '', owner }
  await log.createRoom(room)
  const post = { commandId: 'c2', messageId: 'q', by: 'alice', text: 'How?', ask: true }
  const { started } = await log.post('room', { ...post, generationId: 'g' })
  if (!started) throw new Error('nothing was started')
  await log.follow('room', (update) => {
    const position = { epoch: 'e', offset: 1, end: 0 }
    if (!('type' in update) || update.type === 'entries') fanOut.send('room', update, position)
  })
  return { now, metrics, read, log, next, seen, started }
}

function idsFrom(name: string): () => string {
  let count = 0
  return () => `${name}-${++count}`
}

const ended = (outcome: GenerationEnded['outcome'], code?: string): GenerationEnded => ({
  type: 'generation-ended',
  offset: 1,
  at: 0,
  generationId: 'g',
  number: 1,
  outcome,
  end: 0,
  digest: '',
  held: false,
  ...(code === undefined ? {} : { error: { code, message: '' } }),
})

const finished = (end: GenerationEnded | null) => ({
  ended: end,
  next: null,
  requestId: null,
  attempts: 1,
  usage: { inputTokens: 10, outputTokens: 2, estimated: false },
  reason: null,
  unknown: [],
})

describe('the gauges', () => {
  it('have the values of the moment of collection', async () => {
    const figures = await meter(2500).read()
    expect(figures.value('roomcast_watchers', { kind: 'socket' })).toBe(3)
    expect(figures.value('roomcast_watchers', { kind: 'events' })).toBe(2)
    expect(figures.value('roomcast_ready')).toBe(1)
    expect(figures.value('roomcast_rooms_open')).toBe(4)
    expect(figures.value('roomcast_generations_running')).toBe(1)
    expect(figures.value('roomcast_event_loop_lag_seconds')).toBe(0.012)
    expect(figures.value('roomcast_subscription_probe_age_seconds')).toBe(2.5)
  })

  it('have no probe age if nothing is probed', async () => {
    const figures = await meter(null).read()
    expect(figures.value('roomcast_subscription_probe_age_seconds')).toBeUndefined()
  })
})

describe('a measured log', () => {
  it('returns the results of the log, and counts the bytes and the duration of appends', async () => {
    const { now, read, log, next, seen, started } = await measured()
    next.takes = 0.02
    expect(await log.appendReply(started, 0, 'Grüß', 'text')).toEqual({ ok: true, end: 6 })
    expect(await log.appendReply(started, 6, ' Gott')).toEqual({ ok: true, end: 11 })
    // At another position: refused, and no bytes.
    expect(await log.appendReply(started, 90, '?')).toMatchObject({ refused: 'elsewhere' })
    now.seconds += 1
    const final = { at: 11, text: '!!', mark: undefined }
    const end = { generationId: 'g', outcome: 'completed', fence: started.fence } as const
    expect(await log.end('room', { ...end, final, next: null })).toMatchObject({ ok: true })

    expect(seen.filter((update) => !('type' in update))).toHaveLength(3)
    const figures = await read()
    expect(figures.value('roomcast_reply_bytes_total')).toBe(13)
    expect(figures.value('roomcast_append_seconds_count')).toBe(3)
    expect(figures.value('roomcast_append_seconds_sum')).toBeCloseTo(0.06)
    expect(figures.value('roomcast_delta_lag_seconds_count')).toBe(2)
    expect(figures.value('roomcast_delta_lag_seconds_sum')).toBeCloseTo(0.04)
    expect(figures.value('roomcast_fan_out_seconds_count', { update: 'delta' })).toBe(3)
    expect(figures.value('roomcast_fan_out_seconds_count', { update: 'entries' })).toBe(1)
  })

  it('counts failures by code and rethrows them; ordinary refusals are not failures', async () => {
    const { read, log, next, started } = await measured()
    await expect(log.read('elsewhere')).rejects.toMatchObject({ body: { code: 'room-not-found' } })
    for (const failure of [
      new Refusal('storage-full'),
      new Refusal('storage-unavailable'),
      new TypeError('a bug'),
    ]) {
      next.fails = failure
      await expect(log.appendReply(started, 0, 'x')).rejects.toBe(failure)
      await expect(log.end('room', { generationId: 'g', outcome: 'failed', next: null }))
        .rejects //
        .toBe(failure)
    }
    const figures = await read()
    for (const code of ['storage-full', 'storage-unavailable', 'unexpected'])
      expect(figures.value('roomcast_storage_errors_total', { code })).toBe(2)
    expect(figures.value('roomcast_append_seconds_count')).toBe(0)
    expect(figures.value('roomcast_reply_bytes_total')).toBe(0)
  })

  it('measures from the stop that ended the generation to the closed request', async () => {
    const { now, read, metrics, log, next, started } = await measured()
    const stop = { generationId: 'g', outcome: 'cancelled', by: 'alice', next: null } as const
    next.takes = 0.01
    expect(await log.end('room', stop)).toMatchObject({ ok: true })
    expect(await log.end('room', stop)).toMatchObject({ ok: false })
    now.seconds += 0.25
    metrics.generationFinished(started, finished(ended('cancelled')))
    // Stopped on another node: not measured.
    metrics.generationFinished(started, finished(ended('cancelled')))
    const figures = await read()
    expect(figures.value('roomcast_cancel_upstream_closed_seconds_count')).toBe(1)
    expect(figures.value('roomcast_cancel_upstream_closed_seconds_sum')).toBeCloseTo(0.27)
    expect(
      figures.value('roomcast_generations_ended_total', { outcome: 'cancelled', code: 'none' }),
    ).toBe(2)
  })
})

describe('tokens', () => {
  it('are counted by model and by asking member, for up to two hundred members', async () => {
    const { metrics, read } = meter()
    for (let index = 0; index < 203; index++) {
      const started = { generationId: 'g', model: 'm', by: `member-${index}` } as Started
      metrics.generationFinished(started, finished(ended('completed')))
    }
    const figures = await read()
    const of = (member: string, kind: string) =>
      figures.value('roomcast_tokens_total', { model: 'm', member, kind })
    expect([of(memberLabel('member-0'), 'prompt'), of(memberLabel('member-0'), 'answer')]).toEqual([
      10, 2,
    ])
    expect([of('others', 'prompt'), of('others', 'answer')]).toEqual([30, 6])
  })
})

describe('an ended generation', () => {
  it('is counted by outcome, and a failure by its code, with known labels only', async () => {
    const { metrics, read } = meter()
    const started = { generationId: 'g', model: 'm', by: 'alice' } as Started
    for (const end of [
      ended('completed'),
      ended('completed'),
      ended('interrupted', 'interrupted'),
      ended('failed', 'overloaded'),
      ended('failed', 'storage-unavailable'),
      ended('failed', 'Whatever Another Version Wrote'),
      null,
    ])
      metrics.generationFinished(started, finished(end))
    const figures = await read()
    const counted = figures
      .samples('roomcast_generations_ended_total')
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels['outcome'], labels['code'], value])
    expect(counted.sort()).toEqual([
      ['completed', 'none', 2],
      ['failed', 'other', 1],
      ['failed', 'overloaded', 1],
      ['failed', 'storage-unavailable', 1],
      ['interrupted', 'none', 1],
      ['unknown', 'none', 1],
    ])
  })
})

describe('commands', () => {
  it('are counted by type, including unknown ones, and refusals by code', async () => {
    const { metrics, read } = meter()
    for (const type of ['post', 'post', 'alice@example.org', undefined, 'constructor', {}])
      metrics.command(type)(type === 'post' ? null : 'unknown-command')
    metrics.refused('http', 'rate-limited')
    const figures = await read()
    expect(figures.value('roomcast_commands_total', { type: 'post' })).toBe(2)
    expect(figures.value('roomcast_commands_total', { type: 'unknown' })).toBe(4)
    const refused = { over: 'socket', code: 'unknown-command' }
    expect(figures.value('roomcast_refusals_total', refused)).toBe(4)
    expect(figures.value('roomcast_refusals_total', { over: 'http', code: 'rate-limited' })).toBe(1)
    expect(figures.text).not.toContain('alice')
  })

  it('are timed if they are stops that were not refused', async () => {
    const { now, metrics, read } = meter()
    const [one, other, post] = ['cancel', 'cancel', 'post'].map((type) => metrics.command(type))
    now.seconds += 0.5
    one?.(null)
    other?.('generation-not-found')
    post?.(null)
    const figures = await read()
    expect(figures.value('roomcast_cancel_seconds_count')).toBe(1)
    expect(figures.value('roomcast_cancel_seconds_sum')).toBe(0.5)
  })
})

describe('an operation under way', () => {
  it('is remembered up to a limit, beyond which the oldest is dropped', () => {
    let now = 0
    const underWay = new UnderWay(() => now, 2)
    underWay.begin('a')
    now = 1
    underWay.begin('a')
    underWay.begin('b')
    underWay.begin('c')
    now = 3
    expect(['a', 'b', 'b', 'c'].map((key) => underWay.end(key))).toEqual([null, 2, null, 2])
    underWay.begin('d')
    underWay.forget('d')
    expect(underWay.end('d')).toBeNull()
  })
})

describe('the parser of these tests', () => {
  it.each([
    ['# TYPE a gauge\na 1\n', 'No help'],
    ['# HELP a b\n# TYPE a gauge\na 1\na 2\n', 'twice'],
    ['# HELP a b\n# TYPE a gauge\nb 1\n', 'Out of place'],
    ['# HELP a b\n# TYPE a gauge\na{x="1} 1\n', 'Not labels'],
    ['# HELP a b\n# TYPE a gauge\na one\n', 'Not a number'],
    ['# HELP a b\n# TYPE a gauge\na 1', 'does not end'],
    ['# HELP a b\n# TYPE a counter\na -1\n', 'below 0'],
    ['# HELP a b\n# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n', 'not all'],
    ['# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_sum 1\na_count 2\n', 'add up'],
  ])('refuses %j', (text, why) => {
    expect(() => parseExposition(text)).toThrow(why)
  })
})

describe('docs/metrics.md', () => {
  const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8')

  /** Has a sample of every metric. */
  async function readAll(): Promise<Exposition> {
    const { metrics, read } = meter(0)
    const nobody = metrics.ofFanOut({ send: () => undefined })
    nobody.send('room', { type: 'synced' }, { epoch: 'e', offset: 1, end: 0 })
    const started = { generationId: 'g', model: 'm', by: 'alice' } as Started
    metrics.generationFinished(started, finished(ended('completed')))
    return await read()
  }

  it('has a row for every metric with its type and labels, and for no other', async () => {
    const { families } = await readAll()
    const rows = [...page.matchAll(/^\| `(roomcast_\w+)` +\| (\w+) +\| ([^|]*)\|/gm)]
    const documented = rows.map(([, name = '', type, labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    }))
    const ours = families.filter(({ name }) => name.startsWith('roomcast_'))
    const byName = (one: { name: string }, other: { name: string }) =>
      one.name < other.name ? -1 : 1
    expect(documented.sort(byName)).toEqual(
      ours
        .map(({ name, type, labels }) => ({ name, type, labels: [...labels].sort() }))
        .sort(byName),
    )
    expect(documented.length).toBeGreaterThan(10)
  })

  it('names the process metrics of prom-client', async () => {
    const { families } = await readAll()
    const others = families.map(({ name }) => name).filter((name) => !name.startsWith('roomcast_'))
    expect(others.length).toBeGreaterThan(10)
    expect(others.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('uses only existing metrics in its alerts', async () => {
    const { families } = await readAll()
    const names = new Set(families.map(({ name }) => name))
    const asked = [...page.matchAll(/roomcast_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    )
    expect(asked.filter((name) => !names.has(name))).toEqual([])
  })
})
