import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { errorBody, Refusal } from '@roomcast/shared/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Place } from '../room/place.ts'
import { Audience } from './audience.ts'
import { EventStream } from './event-stream.ts'

const POSITION = { epoch: 'e', offset: 3, end: 0 }

/** A place that admits everybody to every room but one. */
class NotedPlace {
  roomId: string | null = null
  isPatient = true

  async take(roomId: string): Promise<void> {
    if (roomId === 'nowhere') throw new Refusal('room-not-found')
    this.roomId = roomId
  }

  leave(): void {
    this.roomId = null
  }

  keepsUp(): boolean {
    return this.isPatient
  }
}

class NotedResponse extends EventEmitter {
  written = ''
  status = 0
  headersSent = false
  writableEnded = false
  destroyed = false
  readonly writableLength = 7

  writeHead(status: number): void {
    this.status = status
  }

  flushHeaders(): void {
    this.headersSent = true
  }

  write(frame: Buffer): void {
    this.written += frame.toString()
  }

  end(): void {
    this.writableEnded = true
  }

  destroy(): void {
    this.destroyed = true
  }
}

let place: NotedPlace
let response: NotedResponse
let audience: Audience
let stream: EventStream
beforeEach(() => {
  place = new NotedPlace()
  response = new NotedResponse()
  audience = new Audience()
  stream = new EventStream({
    id: 'stream',
    memberId: 'ana',
    address: '192.0.2.1',
    endsAt: 0,
    response: response as unknown as ServerResponse,
    rooms: { placeOf: () => place as unknown as Place },
    audience,
    retryMs: 1500,
  })
})

const frame = () => Buffer.from('data: to all\n\n')

describe('a stream', () => {
  it('begins when it enters a room, with its status and the delay before reconnecting', () => {
    expect(response.headersSent).toBe(false)
    stream.enter('room')
    expect(response.status).toBe(200)
    expect(response.written).toBe('retry: 1500\n\n')
  })

  it('has written nothing if its room is refused, so that the refusal can be the response', async () => {
    await expect(stream.watch('nowhere', undefined)).rejects.toThrow(Refusal)
    expect(response.headersSent).toBe(false)
  })

  it('shows its own updates, and those of its room while it is there', () => {
    stream.enter('room')
    stream.send({ type: 'synced' }, POSITION)
    audience.write('room', frame)
    stream.exit('room')
    audience.write('room', frame)
    expect(response.written).toBe(
      'retry: 1500\n\nevent: synced\nid: e:3:0\ndata: {"type":"synced"}\n\ndata: to all\n\n',
    )
  })

  it('ends with the reason, which has no position, and says nothing after it', () => {
    stream.enter('room')
    stream.send({ type: 'closed', error: errorBody('room-not-found') }, POSITION)
    expect(response.writableEnded).toBe(true)
    expect(response.written).toMatch(/event: closed\ndata: .*room-not-found.*\n\n$/)
    const { written } = response
    stream.write(frame())
    expect(response.written).toBe(written)
  })

  it('sends the reason even if it had not begun', () => {
    stream.end(errorBody('shutting-down'))
    expect(response.written).toMatch(/^retry: 1500\n\nevent: closed\ndata: .*shutting-down/)
    expect(response.writableEnded).toBe(true)
  })

  it('is broken off if it does not drain', () => {
    stream.relieve()
    expect(response.destroyed).toBe(false)
    place.isPatient = false
    stream.relieve()
    expect(response.destroyed).toBe(true)
  })

  it('leaves its place when its response ends, and takes none after that', async () => {
    await stream.watch('room', undefined)
    expect(place.roomId).toBe('room')
    stream.close()
    expect(place.roomId).toBeNull()
    await stream.watch('room', undefined)
    expect(place.roomId).toBeNull()
  })

  it('survives a response that breaks', () => {
    expect(() => response.emit('error', new Error('reset'))).not.toThrow()
  })
})
