import { errorBody, PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Link } from './transport.ts'
import { SocketTransport } from './transport-socket.ts'

/** The part of a Socket.IO socket that the transport uses, driven by the test. */
class FakeSocket {
  connected = false
  readonly options: unknown
  readonly sent: { readonly args: unknown[]; readonly acknowledge: (answer: unknown) => void }[] =
    []
  readonly #listeners = new Map<string, (...details: unknown[]) => void>()

  constructor(options: unknown) {
    this.options = options
  }

  on(event: string, listener: (...details: unknown[]) => void): this {
    this.#listeners.set(event, listener)
    return this
  }

  emit(...args: unknown[]): void {
    const acknowledge = args.pop() as (answer: unknown) => void
    this.sent.push({ args, acknowledge })
  }

  disconnect(): void {
    this.connected = false
  }

  /** Simulates an event from the other end. */
  happens(event: string, ...details: unknown[]): void {
    if (event === 'connect') this.connected = true
    if (event === 'disconnect') this.connected = false
    this.#listeners.get(event)?.(...details)
  }
}

const sockets: FakeSocket[] = []

vi.mock('socket.io-client', () => ({
  io: (options: unknown) => {
    const socket = new FakeSocket(options)
    sockets.push(socket)
    return socket
  },
}))

const LEAVE = { type: 'leave', roomId: 'r', commandId: 'c' } as const

function setup() {
  const clock = new SimulatedClock(1000)
  const links: Link[] = []
  const updates: unknown[] = []
  const transport = new SocketTransport({ clock, chance: () => 0.5 })
  transport.open({
    onLink: (link) => links.push(link),
    onUpdate: (update) => updates.push(update),
  })
  return { clock, links, updates, transport }
}

function socket(index: number): FakeSocket {
  const found = sockets.at(index)
  if (found === undefined) throw new Error(`there is no socket ${index}`)
  return found
}

beforeEach(() => {
  sockets.length = 0
})

describe('a connection over Socket.IO', () => {
  it('is a websocket that carries the version and does not reconnect by itself', () => {
    setup()
    expect(socket(0).options).toMatchObject({
      transports: ['websocket'],
      auth: { version: PROTOCOL_VERSION },
      reconnection: false,
    })
  })

  it('carries commands and returns the parsed result', async () => {
    const { transport, links, updates } = setup()
    socket(0).happens('connect')
    const answer = transport.send(LEAVE)
    socket(0).sent[0]?.acknowledge({ ok: true, queued: false, more: 1 })
    socket(0).happens('update', { type: 'synced' })
    expect(await answer).toEqual({ ok: true, queued: false })
    expect(links).toEqual([{ kind: 'up' }])
    expect(updates).toEqual([{ type: 'synced' }])
  })

  it('turns an unreadable result into a refusal', async () => {
    const { transport } = setup()
    socket(0).happens('connect')
    const answer = transport.send(LEAVE)
    socket(0).sent[0]?.acknowledge('yes')
    expect(await answer).toMatchObject({ ok: false, error: { code: 'unreadable' } })
  })

  it('that ends over a message that is too large refuses the largest command and leaves the others unanswered', async () => {
    const { transport, links } = setup()
    socket(0).happens('connect')
    const large = transport.send({ ...LEAVE, type: 'retract', messageId: 'x'.repeat(2_000_000) })
    const small = transport.send(LEAVE)
    const context = { code: 1009 }
    socket(0).happens('disconnect', 'transport close', { description: 'closed', context })
    expect(await large).toMatchObject({ ok: false, error: { code: 'too-large' } })
    expect(await small).toBeNull()
    expect(links.at(-1)).toMatchObject({ kind: 'down' })
  })

  it.each([
    [undefined],
    [{ description: 'closed' }],
    [{ context: null }],
    [{ context: { code: 1006 } }],
  ])('that ends for another reason refuses nothing: %j', async (details) => {
    const { transport } = setup()
    socket(0).happens('connect')
    const answer = transport.send(LEAVE)
    socket(0).happens('disconnect', 'transport close', details)
    expect(await answer).toBeNull()
  })

  it('sends nothing while it is down', async () => {
    const { transport } = setup()
    expect(await transport.send(LEAVE)).toBeNull()
    expect(socket(0).sent).toEqual([])
  })

  it('returns null for a command that was in flight when it broke', async () => {
    const { transport } = setup()
    socket(0).happens('connect')
    const answer = transport.send(LEAVE)
    socket(0).happens('disconnect')
    expect(await answer).toBeNull()
  })

  it('reports the time of its next retry and waits longer each time, at most 5 s', () => {
    const { clock, links } = setup()
    const waits: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      socket(-1).happens('connect_error', new Error('away'))
      const link = links.at(-1)
      waits.push(link?.kind === 'down' && link.retryAt !== null ? link.retryAt - clock.now() : -1)
      clock.tick(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000])
    expect(sockets).toHaveLength(8)
  })

  it('starts with short waits again after an update has arrived', () => {
    const { clock, links } = setup()
    socket(0).happens('connect_error', new Error('away'))
    clock.tick(300)
    socket(1).happens('connect')
    socket(1).happens('update', { type: 'synced' })
    socket(1).happens('disconnect')
    expect(links.at(-1)).toEqual({ kind: 'down', retryAt: clock.now() + 300 })
  })

  it('gives up when the server refuses for good', () => {
    const { clock, links } = setup()
    const error = errorBody('protocol-version')
    socket(0).happens('connect_error', Object.assign(new Error('no'), { data: error }))
    clock.tick(60_000)
    expect(links).toEqual([{ kind: 'refused', error }])
    expect(sockets).toHaveLength(1)
  })

  it('retries when the server refuses for now', () => {
    const { links } = setup()
    const data = errorBody('shutting-down')
    socket(0).happens('connect_error', Object.assign(new Error('no'), { data }))
    expect(links.at(-1)).toMatchObject({ kind: 'down', why: data })
  })

  it('ignores a socket that it has given up', async () => {
    const { transport, links, updates } = setup()
    socket(0).happens('connect')
    const answer = transport.send(LEAVE)
    transport.relink()
    socket(0).happens('update', { type: 'synced' })
    socket(0).happens('disconnect')
    socket(0).sent[0]?.acknowledge({ ok: true })
    expect(await answer).toBeNull()
    expect(updates).toEqual([])
    expect(links).toEqual([{ kind: 'up' }, { kind: 'down', retryAt: null }])
    expect(sockets).toHaveLength(2)
  })

  it('connects immediately on `relink` instead of waiting for its next retry', () => {
    const { transport, clock, links } = setup()
    socket(0).happens('connect_error', new Error('away'))
    transport.relink()
    expect(sockets).toHaveLength(2)
    clock.tick(60_000)
    expect(sockets).toHaveLength(2)
    expect(links.at(-1)).toEqual({ kind: 'down', retryAt: null })
  })

  it('does not retry after `close`', () => {
    const { transport, clock, links } = setup()
    socket(0).happens('connect_error', new Error('away'))
    transport.close()
    clock.tick(60_000)
    expect(sockets).toHaveLength(1)
    expect(links).toHaveLength(1)
  })
})
