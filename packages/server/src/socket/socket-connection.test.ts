import { errorBody, type Look, Refusal, type Update } from '@roomcast/shared/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Place } from '../room/place.ts'
import { SocketConnection } from './socket-connection.ts'
import type { RoomSocket } from './room-socket.ts'
import type { RoomsPort } from './rooms-port.ts'

/** A place that records its calls. */
class NotedPlace {
  roomId: string | null = null
  readonly looks: [string, Look][] = []
  readonly unsent: number[] = []
  isPatient = true
  /** Delays `take`. */
  held: Promise<unknown> = Promise.resolve()

  async take(roomId: string): Promise<void> {
    await this.held
    if (roomId === 'nowhere') throw new Refusal('room-not-found')
    this.roomId = roomId
  }

  leave(): void {
    this.roomId = null
  }

  readerIs(roomId: string, look: Look): void {
    this.looks.push([roomId, look])
  }

  keepsUp(unsent: number): boolean {
    this.unsent.push(unsent)
    return this.isPatient
  }
}

class NotedSocket {
  readonly id = 'socket'
  readonly sent: Update[] = []
  readonly rooms = new Set<string>()
  isConnected = true
  readonly conn = { transport: { socket: { bufferedAmount: 0 } }, writeBuffer: [{ data: '' }] }

  emit(_: 'update', update: Update): void {
    this.sent.push(update)
  }

  join(room: string): void {
    this.rooms.add(room)
  }

  leave(room: string): void {
    this.rooms.delete(room)
  }

  disconnect(): void {
    this.isConnected = false
  }
}

let place: NotedPlace
let socket: NotedSocket
let connection: SocketConnection
beforeEach(() => {
  place = new NotedPlace()
  socket = new NotedSocket()
  const rooms: RoomsPort = {
    placeOf: () => place as unknown as Place,
    requireMember: async (_, roomId) => {
      if (roomId === 'nowhere') throw new Refusal('room-not-found')
    },
    perform: () => Promise.reject(new Error('nothing is to be done here')),
  }
  const member = { memberId: 'ana', address: '192.0.2.1' }
  connection = new SocketConnection(socket as unknown as RoomSocket, member, rooms)
})

describe('a socket in its room', () => {
  it('takes its place there, and leaves no other room', async () => {
    await connection.join('room', undefined)
    await connection.leave('other')
    expect(place.roomId).toBe('room')
    await connection.leave('room')
    expect(place.roomId).toBeNull()
  })

  it('joins and leaves in the requested order', async () => {
    let letThrough = () => undefined as void
    place.held = new Promise<void>((resolve) => (letThrough = resolve))
    const done = Promise.all([connection.join('room', undefined), connection.leave('room')])
    letThrough()
    await done
    expect(place.roomId).toBeNull()
  })

  it('stays in its room when it is refused, and continues after that', async () => {
    await connection.join('room', undefined)
    await expect(connection.join('nowhere', undefined)).rejects.toThrow(Refusal)
    expect(place.roomId).toBe('room')
    await connection.join('other', undefined)
    expect(place.roomId).toBe('other')
  })

  it('takes no place once it is closed, not even one it is just about to get', async () => {
    let letThrough = () => undefined as void
    place.held = new Promise<void>((resolve) => (letThrough = resolve))
    const joined = connection.join('room', undefined)
    connection.close()
    letThrough()
    await joined
    expect(place.roomId).toBeNull()
    await connection.join('room', undefined)
    expect(place.roomId).toBeNull()
  })

  it('records the look of a member, and of nobody else', async () => {
    await connection.look('room', 'above')
    await expect(connection.look('nowhere', 'above')).rejects.toThrow(Refusal)
    expect(place.looks).toEqual([['room', 'above']])
  })

  it('gets shared updates of the room from when it enters until it exits', () => {
    connection.enter('room')
    expect([...socket.rooms]).toEqual(['room'])
    connection.exit('room')
    expect(socket.rooms.size).toBe(0)
  })
})

describe('a socket that does not keep up', () => {
  it('is measured by the bytes in the raw socket and in the buffer in front of it', () => {
    socket.conn.transport.socket.bufferedAmount = 100
    socket.conn.writeBuffer = [{ data: 'x'.repeat(20) }, { data: 'y'.repeat(3) }]
    expect(connection.relieve()).toBe(true)
    expect(place.unsent).toEqual([123])
    expect(socket.isConnected).toBe(true)
  })

  it('joins nothing before it has drained', async () => {
    socket.conn.transport.socket.bufferedAmount = 1024 * 1024
    await expect(connection.join('room', undefined)).rejects.toMatchObject({
      body: { code: 'rate-limited' },
    })
    expect(place.roomId).toBeNull()
  })

  it('is told why, and closed', () => {
    place.isPatient = false
    expect(connection.relieve()).toBe(false)
    expect(socket.sent).toEqual([{ type: 'closed', error: errorBody('rate-limited', 'Too slow.') }])
    expect(socket.isConnected).toBe(false)
  })
})

describe('the end of a socket', () => {
  it.each([
    ['what no page sends', () => connection.refuse('Odd.'), 'bad-request', false],
    ['a flood', () => connection.giveUp('Too many.'), 'rate-limited', true],
    ['the end of its session', () => connection.expire(), 'unauthenticated', true],
    ['a node that goes down', () => connection.sendAway(), 'shutting-down', true],
  ])('comes with the reason, and whether coming back helps: %s', (_, end, code, retryable) => {
    end()
    expect(socket.sent).toMatchObject([{ type: 'closed', error: { code, retryable } }])
    expect(socket.isConnected).toBe(false)
  })
})
