import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  type CommandResult,
  type Entry,
  errorBody,
  type ErrorCode,
  LIMITS,
  type RoomState,
  type Update,
} from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, emptyRoom, reduce } from '@roomcast/shared/room'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TransportDouble } from '@roomcast/test/doubles/transport.ts'
import { RoomClient } from './room-client.ts'

const EPOCH = 'epoch'
const entries: readonly Entry[] = [
  {
    type: 'room-created',
    offset: 1,
    at: 1,
    roomId: 'room',
    title: 'T',
    model: 'm',
    instructions: '',
  },
  {
    type: 'message-posted',
    offset: 2,
    at: 2,
    messageId: 'q',
    by: 'alice',
    text: 'Why?',
    ask: true,
  },
  {
    type: 'generation-started',
    offset: 3,
    at: 3,
    generationId: 'g',
    number: 1,
    mode: 'answer',
    messageId: 'q',
    by: 'alice',
    model: 'm',
  },
]
/** The refusals listed in R4.3, which do not say whether a command whose connection was lost was executed. */
function unknowing(): readonly ErrorCode[] {
  const protocol = readFileSync(new URL('../../../../PROTOCOL.md', import.meta.url), 'utf8')
  const [, list = ''] =
    /before its answer, the refusals ([^;]*?) tell no more/s.exec(protocol) ?? []
  return [...list.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code as ErrorCode)
}

const synced: Update = { type: 'synced' }

/** The room after its first `count` entries. */
function stateAfter(count: number): RoomState {
  return entries.slice(0, count).reduce<RoomState>(reduce, emptyRoom('room', EPOCH))
}

function snapshot(count: number): Update {
  return { type: 'snapshot', state: stateAfter(count) }
}

function entriesFrom(offset: number): Update {
  return { type: 'entries', epoch: EPOCH, entries: entries.slice(offset - 1) }
}

function refusal(code: ErrorCode): CommandResult {
  return { ok: false, error: errorBody(code) }
}

function setup() {
  const transport = new TransportDouble()
  const clock = new SimulatedClock(0)
  let ids = 0
  const newId = () => `id-${(ids += 1)}`
  const client = new RoomClient({ roomId: 'room', transport, clock, newId })
  client.open()
  const joins = () => transport.sent('join').map(({ command }) => command)
  const up = () => transport.link({ kind: 'up' })
  const live = (count = 2) => {
    up()
    transport.arrive(snapshot(count), synced)
  }
  const post = () => client.send({ type: 'post', text: 'Hello', ask: false })
  return { client, transport, clock, joins, up, live, post }
}

describe('joining', () => {
  test('sends no position the first time and the own position later', () => {
    const { client, transport, joins, up, live } = setup()
    live()
    expect(joins()).toEqual([{ type: 'join', roomId: 'room', commandId: 'id-1' }])
    expect(client.view).toMatchObject({ status: { kind: 'live' }, state: { offset: 2 } })
    transport.link({ kind: 'down', retryAt: 7 })
    expect(client.view.status).toEqual({ kind: 'offline', since: 0, retryAt: 7 })
    up()
    expect(client.view.status).toEqual({ kind: 'catching-up' })
    expect(joins().at(-1)).toMatchObject({ since: { epoch: EPOCH, offset: 2, end: 0 } })
  })

  test('[R1.6] sends the time of the last entry, because another entry may have its offset by now', () => {
    const { client, transport, joins, up, live } = setup()
    live(3)
    transport.arrive(entriesFrom(4))
    const { state } = client.view
    expect(state?.at).toBeTypeOf('number')
    transport.link({ kind: 'down', retryAt: 7 })
    up()
    expect(joins().at(-1)).toMatchObject({ since: { offset: state?.offset, at: state?.at } })
  })

  test('shows nothing of a room before its first snapshot', () => {
    const { client, transport, up } = setup()
    up()
    transport.arrive(entriesFrom(1), [1, 0, 'text'])
    expect(client.view.state).toBeNull()
  })

  test('[R1.3] re-reads from the own position after a gap, without showing the text beyond it', () => {
    const { client, transport, joins, live } = setup()
    live(3)
    transport.arrive([1, 0, 'ab'], [1, 3, 'd'])
    expect(client.view.state?.messages.at(-1)).toMatchObject({ text: 'ab' })
    expect(joins().at(-1)).toMatchObject({ since: { offset: 3, end: 2 } })
    const run = { number: 1, at: 2, text: 'cd', marks: [] }
    transport.arrive({ type: 'tail', epoch: EPOCH, runs: [run], entries: [] }, synced)
    expect(client.view.state?.messages.at(-1)).toMatchObject({ text: 'abcd', end: 4 })
    expect(client.repairs).toEqual({ rejoined: 1, snapshots: 1, tails: 1 })
  })

  test('happens once for several gaps', () => {
    const { transport, joins, live } = setup()
    live(3)
    transport.arrive([1, 1, 'b'], [1, 2, 'c'], [1, 3, 'd'])
    expect(joins()).toHaveLength(2)
  })

  test('is repeated a moment later if a gap was found while it was in flight', () => {
    const { client, transport, clock, joins, up } = setup()
    up()
    transport.arrive(snapshot(2), [1, 0, 'text of an unknown reply'], synced)
    expect(client.view.status.kind).toBe('catching-up')
    expect(joins()).toHaveLength(1)
    clock.tick(500)
    expect(joins()).toHaveLength(2)
    transport.arrive({ type: 'tail', epoch: EPOCH, runs: [], entries: entries.slice(2) }, synced)
    expect(client.view).toMatchObject({ status: { kind: 'live' }, state: { offset: 3 } })
  })

  test('is retried after a retryable refusal', async () => {
    const { client, transport, clock, joins, up } = setup()
    up()
    await transport.sent('join')[0]?.answer(refusal('rate-limited'))
    expect(client.view.status.kind).toBe('catching-up')
    clock.tick(500)
    expect(joins()).toHaveLength(2)
  })

  test('ignores the result of a join on an earlier connection', async () => {
    const { client, transport, up } = setup()
    up()
    transport.link({ kind: 'down', retryAt: null })
    up()
    await transport.sent('join')[0]?.answer(refusal('room-not-found'))
    expect(client.view.status.kind).toBe('catching-up')
  })

  test('[R1.5] re-reads the whole reply when an end comes over different text', () => {
    const { client, transport, joins, live } = setup()
    live(3)
    transport.arrive([1, 0, 'wrong'])
    const ended: Entry = {
      type: 'generation-ended',
      offset: 4,
      at: 4,
      generationId: 'g',
      number: 1,
      outcome: 'completed',
      end: byteLength('right'),
      digest: digest('right'),
      held: false,
    }
    transport.arrive({ type: 'entries', epoch: EPOCH, entries: [ended] })
    expect(joins().at(-1)).toMatchObject({ since: { offset: 3, end: 0 } })
    const run = { number: 1, at: 0, text: 'right', marks: [] }
    transport.arrive({ type: 'tail', epoch: EPOCH, runs: [run], entries: [ended] }, synced)
    expect(client.view.state?.messages.at(-1)).toMatchObject({ text: 'right', ended: { at: 4 } })
  })
})

describe('a refused client', () => {
  test('stays refused and retries nothing', async () => {
    const { client, transport, clock, up } = setup()
    up()
    await transport.sent('join')[0]?.answer(refusal('room-not-found'))
    expect(client.view.status).toEqual({ kind: 'refused', error: errorBody('room-not-found') })
    expect(clock.pending).toBe(0)
    expect(transport.closes).toBe(1)
    clock.tick(100_000)
    up()
    expect(transport.left).toHaveLength(1)
    expect(transport.relinks).toBe(0)
  })

  test('settles waiting commands, and later ones immediately, with its refusal', async () => {
    const { client, transport, post } = setup()
    const waiting = post()
    transport.link({ kind: 'refused', error: errorBody('unauthenticated') })
    await expect(waiting).resolves.toEqual(refusal('unauthenticated'))
    await expect(post()).resolves.toEqual(refusal('unauthenticated'))
    expect(client.view.pending).toEqual([])
  })
})

describe('commands', () => {
  test('wait until the room is live, and are shown as pending', () => {
    const { client, transport, live, post } = setup()
    void post()
    expect(client.view.pending).toMatchObject([{ type: 'post', text: 'Hello' }])
    expect(transport.sent('post')).toHaveLength(0)
    live()
    expect(transport.sent('post')).toHaveLength(1)
  })

  test('[R4.1] are sent again after a lost connection, once and with the same id', async () => {
    const { client, transport, live, post } = setup()
    live()
    const result = post()
    await transport.lose()
    live()
    const [first, second, ...more] = transport.sent('post')
    expect(more).toEqual([])
    expect(second?.command).toEqual(first?.command)
    await second?.answer({ ok: true, messageId: 'm' })
    await expect(result).resolves.toEqual({ ok: true, messageId: 'm' })
    expect(client.view.pending).toEqual([])
  })

  test('[R4.3] in flight are not sent twice when the room is re-read', () => {
    const { transport, live, post } = setup()
    live(3)
    void post()
    transport.arrive([1, 5, 'beyond a gap'])
    expect(transport.sent('join')).toHaveLength(2)
    transport.arrive(snapshot(3), synced)
    expect(transport.sent('post')).toHaveLength(1)
  })

  test('that no server would accept are refused immediately', async () => {
    const { client, transport, live } = setup()
    live()
    const text = 'x'.repeat(LIMITS.messageBytes + 1)
    const result = client.send({ type: 'post', text, ask: false })
    await expect(result).resolves.toMatchObject({ ok: false, error: { code: 'message-too-long' } })
    expect(transport.sent('post')).toHaveLength(0)
    expect(client.view.pending).toEqual([])
  })

  test('report a refusal to their sender', async () => {
    const { client, transport, live, post } = setup()
    live()
    const result = post()
    await transport.sent('post')[0]?.answer(refusal('queue-full'))
    await expect(result).resolves.toEqual(refusal('queue-full'))
    expect(client.view.pending).toEqual([])
  })

  test('[R4.1] refused by a node that is shutting down are sent again, to it or to the next one', async () => {
    const { client, transport, clock, live, post } = setup()
    live()
    const result = post()
    await transport.sent('post')[0]?.answer(refusal('shutting-down'))
    clock.tick(1000)
    await transport.sent('post')[1]?.answer(refusal('shutting-down'))
    expect(client.view.pending).toHaveLength(1)
    await transport.lose()
    live()
    const ids = transport.sent('post').map(({ command }) => command.commandId)
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    await transport.sent('post')[2]?.answer({ ok: true, messageId: 'm' })
    await expect(result).resolves.toEqual({ ok: true, messageId: 'm' })
  })

  test.each(unknowing())(
    '[R4.1][R4.3] that may have been executed are retried after %s',
    async (code) => {
      const { client, transport, clock, live, post } = setup()
      live()
      const result = post()
      await transport.lose()
      live()
      await transport.sent('post').at(-1)?.answer(refusal(code))
      expect(client.view.pending).toHaveLength(1)
      clock.tick(code === 'spending-off' || code === 'tokens-used-up' ? 30_000 : 1000)
      expect(transport.sent('post')).toHaveLength(3)
      await transport.sent('post').at(-1)?.answer({ ok: true, messageId: 'm' })
      await expect(result).resolves.toEqual({ ok: true, messageId: 'm' })
    },
  )

  test('are settled when the page leaves the room, and later ones immediately', async () => {
    const { client, clock, live, post } = setup()
    live()
    const waiting = post()
    client.close()
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'room-left' } })
    expect(await post()).toMatchObject({ ok: false, error: { code: 'room-left' } })
    expect(clock.pending).toBe(0)
  })
})

describe('silence', () => {
  test('of 35 s in a quiet room makes the client reconnect', () => {
    const { transport, clock, live, joins } = setup()
    live()
    clock.tick(34_999)
    expect(transport.relinks).toBe(0)
    clock.tick(1)
    expect(transport.relinks).toBe(1)
    expect(joins()).toHaveLength(1)
  })

  test('while Claude answers makes the client re-read after 6 s and reconnect after 35 s', () => {
    const { transport, clock, live, joins } = setup()
    live(3)
    clock.tick(6000)
    expect(joins()).toHaveLength(2)
    expect(joins().at(-1)).toMatchObject({ since: { offset: 3, end: 0 } })
    clock.tick(28_999)
    expect(transport.relinks).toBe(0)
    clock.tick(1)
    expect(transport.relinks).toBe(1)
  })

  test('right after the start of an answer is noticed just as early', () => {
    const { transport, clock, live, joins } = setup()
    live(2)
    transport.arrive(entriesFrom(3))
    clock.tick(6000)
    expect(joins()).toHaveLength(2)
  })

  test('ends with any update, known or unknown', () => {
    const { transport, clock, live } = setup()
    live()
    for (let times = 0; times < 5; times++) {
      clock.tick(20_000)
      transport.arrive({ type: 'from-the-future' } as unknown as Update)
    }
    expect(transport.relinks).toBe(0)
  })

  test('causes no second join while the reply to the first is still arriving', () => {
    const { transport, clock, live, joins } = setup()
    live(3)
    transport.link({ kind: 'down', retryAt: null })
    transport.link({ kind: 'up' })
    expect(joins()).toHaveLength(2)
    clock.tick(20_000)
    expect(joins()).toHaveLength(2)
    expect(transport.relinks).toBe(0)
  })

  test('of 12 s is enough when the machine wakes or its network returns, which also triggers the next retry', () => {
    const { client, transport, clock, live } = setup()
    live()
    clock.tick(11_000)
    client.wake()
    expect(transport.relinks).toBe(0)
    clock.tick(1000)
    client.wake()
    expect(transport.relinks).toBe(1)
    transport.link({ kind: 'down', retryAt: 5000 })
    client.wake()
    expect(transport.relinks).toBe(2)
  })

  test('does not count while there is no connection', () => {
    const { transport, clock, live } = setup()
    live()
    transport.link({ kind: 'down', retryAt: null })
    clock.tick(100_000)
    expect(transport.relinks).toBe(0)
  })
})
