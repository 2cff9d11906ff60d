import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { Duplex } from 'node:stream'
import { errorBody, type ErrorCode } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { Door, type DoorOptions } from './door.ts'

const SOCKET = '/socket.io/?EIO=4&transport=websocket'

/** A raw socket that records its answers. */
class Wire extends Duplex {
  answer = ''
  override _read(): void {}
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.answer += chunk.toString()
    done()
  }
}

function open(options: Partial<DoorOptions> = {}) {
  const http = new EventEmitter()
  const refused: ErrorCode[] = []
  const door = new Door({
    http: http as Server,
    refuse: () => null,
    addressOf: ({ headers }) => headers.host ?? '',
    mostPerAddress: 2,
    onRefused: (code) => refused.push(code),
    ...options,
  })
  const admitted: Duplex[] = []
  door.inner.on('upgrade', (_: IncomingMessage, wire: Duplex) => admitted.push(wire))
  const knock = (url = SOCKET, host = 'here') => {
    const wire = new Wire()
    http.emit('upgrade', { url, headers: { host } }, wire, Buffer.alloc(0))
    return wire
  }
  return { door, admitted, refused, knock }
}

describe('the door', () => {
  it('lets a new WebSocket through to Socket.IO, and answers nothing itself', () => {
    const { admitted, refused, knock } = open()
    const wire = knock()
    expect(admitted).toEqual([wire])
    expect(wire.answer).toBe('')
    expect(refused).toEqual([])
  })

  it.each([
    ['another path', '/other', '404 Not Found', 'not-found'],
    ['a plain request', '/socket.io/?EIO=4&transport=polling', '400 Bad Request', 'bad-request'],
    [
      'another version of Engine.IO',
      '/socket.io/?EIO=3&transport=websocket',
      '400 Bad Request',
      'bad-request',
    ],
    ['a second wire of a connection', `${SOCKET}&sid=abc`, '400 Bad Request', 'bad-request'],
  ])('answers %s with a status', (_, url, status, code) => {
    const { admitted, refused, knock } = open()
    const wire = knock(url)
    expect(admitted).toEqual([])
    expect(refused).toEqual([code])
    const [head = '', body = ''] = wire.answer.split('\r\n\r\n')
    expect(head).toMatch(`HTTP/1.1 ${status}\r\n`)
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`)
    expect(JSON.parse(body)).toMatchObject({ error: { code } })
    expect(wire.writableEnded).toBe(true)
  })

  it('checks first whether a request may open a connection', () => {
    const { refused, knock } = open({ refuse: () => errorBody('origin-refused') })
    expect(knock('/other').answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(refused).toEqual(['origin-refused'])
  })

  it('refuses an address at its limit of sockets until one has closed', async () => {
    const { admitted, refused, knock } = open()
    const first = knock()
    knock()
    expect(knock().answer).toMatch(/^HTTP\/1\.1 429 /)
    knock(SOCKET, 'elsewhere')
    expect(admitted).toHaveLength(3)
    const gone = new Promise((resolve) => first.once('close', resolve))
    first.destroy()
    await gone
    knock()
    expect(admitted).toHaveLength(4)
    expect(refused).toEqual(['rate-limited'])
  })

  it('refuses every upgrade once it is closed', () => {
    const { door, admitted, knock } = open()
    door.close()
    expect(knock().answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    expect(admitted).toEqual([])
  })

  it('destroys all remaining sockets on `breakOff`', () => {
    const { door, knock } = open()
    const wires = [knock(), knock(SOCKET, 'elsewhere')]
    door.breakOff()
    expect(wires.map(({ destroyed }) => destroyed)).toEqual([true, true])
  })

  it('handles the error of a broken socket, admitted or not', () => {
    const { knock } = open()
    for (const wire of [knock(), knock('/other')])
      expect(() => wire.emit('error', new Error('reset'))).not.toThrow()
  })
})
