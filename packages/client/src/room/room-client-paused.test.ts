// A room whose server temporarily cannot save anything.
import { describe, expect, test } from 'vitest'
import {
  type CommandResult,
  errorBody,
  type ErrorCode,
  type Update,
} from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TransportDouble } from '@roomcast/test/doubles/transport.ts'
import { RoomClient } from './room-client.ts'

const AWAY = errorBody('storage-unavailable')
const away: Update = { type: 'storage', error: AWAY }
const back: Update = { type: 'storage', error: null }
const snapshot: Update = { type: 'snapshot', state: emptyRoom('room', 'e') }
const tail: Update = { type: 'tail', epoch: 'e', runs: [], entries: [] }
const synced: Update = { type: 'synced' }

function refusal(code: ErrorCode): CommandResult {
  return { ok: false, error: errorBody(code) }
}

function setup() {
  const transport = new TransportDouble()
  const clock = new SimulatedClock(0)
  let ids = 0
  const newId = () => `id-${(ids += 1)}`
  const client = new RoomClient({ roomId: 'room', transport, clock, newId })
  const kinds: string[] = []
  client.subscribe(({ status }) => {
    if (kinds.at(-1) !== status.kind) kinds.push(status.kind)
  })
  client.open()
  const live = (...updates: readonly Update[]) => {
    transport.link({ kind: 'up' })
    transport.arrive(snapshot, ...updates, synced)
  }
  return { client, transport, clock, live, kinds }
}

describe('[R5.3] a room whose server cannot save anything', () => {
  test('is paused until the server can save again, and then live', () => {
    const { client, transport, live, kinds } = setup()
    live()
    transport.arrive(away)
    expect(client.view.status).toEqual({ kind: 'paused', error: AWAY })
    transport.arrive(back)
    expect(kinds).toEqual(['catching-up', 'live', 'paused', 'live'])
  })

  test('is paused from the start for a member who joins, and never shown as live', () => {
    const { transport, live, kinds } = setup()
    live(away)
    expect(kinds).toEqual(['catching-up', 'paused'])
    transport.arrive(back)
    expect(kinds.at(-1)).toBe('live')
  })

  test('is live again after a catch-up without a storage error, for example after a stall', () => {
    const { client, transport, live } = setup()
    live(away)
    transport.arrive(tail, synced)
    expect(client.view.status.kind).toBe('live')
    transport.arrive(tail, away, synced)
    expect(client.view.status.kind).toBe('paused')
  })

  test('is paused if it has never been loaded, and is requested until it loads', async () => {
    const { client, transport, clock, kinds } = setup()
    transport.link({ kind: 'up' })
    for (let time = 0; time < 3; time++) {
      await transport.sent('join')[time]?.answer(refusal('storage-unavailable'))
      expect(client.view).toMatchObject({ status: { kind: 'paused' }, state: null })
      clock.tick(500)
    }
    expect(transport.sent('join')).toHaveLength(4)
    transport.arrive(snapshot, synced)
    expect(kinds).toEqual(['catching-up', 'paused', 'live'])
  })

  test('is offline once the connection is lost, even if it was paused', () => {
    const { client, transport, live } = setup()
    live(away)
    transport.link({ kind: 'down', retryAt: null })
    expect(client.view.status.kind).toBe('offline')
    live()
    expect(client.view.status.kind).toBe('live')
  })

  test('refuses a question, so that its text goes back to its author', async () => {
    const { client, transport, live } = setup()
    live(away)
    const result = client.send({ type: 'post', text: 'Why?', ask: true })
    await transport.sent('post')[0]?.answer(refusal('storage-unavailable'))
    await expect(result).resolves.toEqual(refusal('storage-unavailable'))
    expect(client.view.pending).toEqual([])
  })

  test('keeps a stop waiting, and retries it as soon as it can be saved', async () => {
    const { client, transport, clock, live } = setup()
    live(away)
    const result = client.send({ type: 'cancel', generationId: 'g' })
    // Only the last code says that the stop may have been executed; the others must also lead to a retry.
    const codes = ['storage-full', 'storage-unavailable', 'storage-uncertain'] as const
    for (const [time, code] of codes.entries()) {
      await transport.sent('cancel')[time]?.answer(refusal(code))
      expect(client.view.pending).toHaveLength(1)
      if (time < 2) clock.tick(1000)
    }
    transport.arrive(back)
    const sent = transport.sent('cancel')
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ command }) => command.commandId)).size).toBe(1)
    const stopped = { ok: true, generationId: 'g', outcome: 'cancelled', end: 7 } as const
    await sent[3]?.answer(stopped)
    await expect(result).resolves.toEqual(stopped)
    expect(client.view.pending).toEqual([])
  })
})
