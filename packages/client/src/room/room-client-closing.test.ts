import { errorBody } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { RoomClient } from './room-client.ts'
import type { Link, Transport, TransportHandlers } from './transport.ts'

function setup() {
  let handlers: TransportHandlers | null = null
  const transport: Transport = {
    open: (given) => (handlers = given),
    send: () => Promise.resolve({ ok: true }),
    relink: () => undefined,
    close: () => undefined,
  }
  const clock = new SimulatedClock(0)
  const client = new RoomClient({ roomId: 'r', transport, clock, newId: () => 'id' })
  client.open()
  const update = (input: unknown) => handlers?.onUpdate(input)
  const live = () => {
    handlers?.onLink({ kind: 'up' })
    update({ type: 'snapshot', state: emptyRoom('r', 'e') })
    update({ type: 'synced' })
  }
  live()
  const link = (given: Link) => handlers?.onLink(given)
  return {
    client,
    update,
    live,
    link,
    down: () => handlers?.onLink({ kind: 'down', retryAt: 300 }),
  }
}

describe('a connection that the server ends', () => {
  it('leaves its reason in the view until the room is live again', () => {
    const { client, update, live, down } = setup()
    const error = errorBody('shutting-down')
    update({ type: 'closed', error })
    down()
    expect(client.view).toMatchObject({ status: { kind: 'offline' }, closing: error })
    live()
    expect(client.view).toMatchObject({ status: { kind: 'live' }, closing: null })
  })

  it('or refuses for now leaves its reason in the view too', () => {
    const { client, live, link } = setup()
    const why = errorBody('rate-limited')
    link({ kind: 'down', retryAt: 300, why })
    expect(client.view).toMatchObject({ status: { kind: 'offline' }, closing: why })
    live()
    expect(client.view).toMatchObject({ status: { kind: 'live' }, closing: null })
  })

  it('is refused for good if the reason is not retryable', () => {
    const { client, update } = setup()
    const error = errorBody('room-not-found')
    update({ type: 'closed', error })
    expect(client.view.status).toEqual({ kind: 'refused', error })
  })
})
