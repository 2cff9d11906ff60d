import { describe, expect, test } from 'vitest'
import type { Update } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TransportDouble } from '@roomcast/test/doubles/transport.ts'
import { RoomClient } from './room-client.ts'

const STATE = { ...emptyRoom('room', 'epoch'), offset: 1 }
const posted = (offset: number, text: unknown = 'Hello') => ({
  type: 'message-posted',
  offset,
  at: 1,
  messageId: `m${offset}`,
  by: 'ana',
  text,
  ask: false,
})
const started = {
  type: 'generation-started',
  at: 1,
  generationId: 'g',
  number: 1,
  mode: 'answer',
  messageId: 'm2',
  by: 'ana',
  model: 'm',
}

function setup() {
  const transport = new TransportDouble()
  const clock = new SimulatedClock(0)
  const client = new RoomClient({ roomId: 'room', transport, clock, newId: () => 'id' })
  client.open()
  const arrive = (...updates: unknown[]) => transport.arrive(...(updates as Update[]))
  const entries = (...list: unknown[]) => arrive({ type: 'entries', epoch: 'epoch', entries: list })
  transport.link({ kind: 'up' })
  const joins = () => transport.sent('join').length
  return { client, transport, clock, arrive, entries, joins }
}

describe('[W3] a room with an unreadable part', () => {
  test('continues around it, is marked as outdated, and does not re-read', () => {
    const { client, arrive, entries, joins } = setup()
    arrive({ type: 'snapshot', state: STATE }, { type: 'synced' })
    entries(posted(2))
    entries(posted(3, 7), posted(4))
    entries({ ...started, offset: 5 })
    arrive([1, 0, 'It goes', 'text'])
    const { state } = client.view
    expect(state).toMatchObject({ offset: 5, outdated: true, running: 1 })
    const shown = state?.messages.map((each) => ('unreadable' in each ? null : each.text))
    expect(shown).toEqual(['Hello', null, 'Hello', 'It goes'])
    expect([client.view.status.kind, joins()]).toEqual(['live', 1])
  })

  test('opens even if that part is in the snapshot', () => {
    const { client, arrive } = setup()
    const messages = [
      { kind: 'said', offset: 2, at: 1, text: {} },
      { kind: 'song', offset: 3 },
    ]
    arrive({ type: 'snapshot', state: { ...STATE, offset: 3, messages } }, { type: 'synced' })
    expect(client.view.state?.messages.map(({ offset }) => offset)).toEqual([2, 3])
    expect(client.view.state?.outdated).toBe(true)
    expect(client.view.status.kind).toBe('live')
  })

  test('places entries without readable offsets after the position of its join', () => {
    const { client, transport, arrive } = setup()
    arrive({ type: 'snapshot', state: STATE }, { type: 'synced' })
    transport.link({ kind: 'down', retryAt: null })
    transport.link({ kind: 'up' })
    const entries = [{ ...posted(2), offset: {} }, null]
    arrive({ type: 'tail', epoch: 'epoch', runs: [], entries }, { type: 'synced' })
    expect(client.view.state).toMatchObject({ offset: 3, outdated: true })
  })

  test('re-reads less and less often for an answer whose start is unreadable', () => {
    const { client, transport, clock, arrive, entries, joins } = setup()
    arrive({ type: 'snapshot', state: STATE }, { type: 'synced' })
    entries({ ...started, number: 'one', offset: 2 })
    const tail = { type: 'tail', epoch: 'epoch', runs: [], entries: [] }
    for (let second = 0; second < 300; second++) {
      arrive([1, second, 'x', 'text'])
      const asked = transport.sent('join').at(-1)
      if (asked) arrive(tail, [1, second, 'x', 'text'], { type: 'synced' })
      clock.tick(1000)
    }
    expect(joins()).toBeLessThan(25)
    entries(posted(3))
    expect(client.view.state?.messages.at(-1)).toMatchObject({ text: 'Hello' })
  })

  test('is refused as `protocol-version` if the whole snapshot is unreadable', () => {
    for (const state of [null, 7, {}, { ...STATE, epoch: 7 }, { ...STATE, messages: {} }]) {
      const { client, arrive } = setup()
      arrive({ type: 'snapshot', state })
      expect(client.view.status).toMatchObject({ error: { code: 'protocol-version' } })
    }
  })
})
