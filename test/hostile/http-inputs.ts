// Requests that no browser sends, byte by byte; none of them may get a success.
import type { Chance } from '../doubles/chance.ts'

export interface HttpAim {
  readonly port: number
  readonly roomId: string
  /** A session of somebody who is not a member of the room. */
  readonly token: string
}

const METHODS = [
  'GET',
  'POST',
  'DELETE',
  'PUT',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'get',
  'NONSENSE',
  '',
] as const
const NAMES = [
  'evil.example',
  'localhost.evil.example',
  '2130706433',
  '[::',
  'localhost:x',
  '',
  'a b',
] as const
const repeat = (chance: Chance) => chance.pick([0, 1, 2, 10, 100, 2000])

/** The faults of a request: each alone is enough for a refusal. */
const FAULTS = ['name', 'session', 'room', 'body', 'head'] as const

/** A request to one of the calls about rooms and sessions. */
export function httpInput(chance: Chance, aim: HttpAim): Buffer {
  const fault = chance.pick(FAULTS)
  const host = fault === 'name' ? chance.pick(NAMES) : `127.0.0.1:${aim.port}`
  const token =
    fault === 'session' ? chance.pick(['', 'x', 'x.y.z', 'x'.repeat(repeat(chance))]) : aim.token
  const path = pathOf(chance, aim)
  const method =
    fault === 'name' ? chance.pick(METHODS) : chance.pick(['GET', 'POST', 'DELETE', 'PUT'])
  const body = bodyOf(chance)
  const extra = Array.from(
    { length: repeat(chance) },
    (_, at) => `x-${at % 7}: ${'v'.repeat(at % 9)}\r\n`,
  )
  const broken =
    fault === 'head'
      ? chance.pick([
          'bad header\r\n',
          ': x\r\n',
          'a\u0000b: c\r\n',
          'transfer-encoding: chunked\r\ncontent-length: 1\r\n',
          'content-length: -1\r\n',
          'content-length: 1\r\ncontent-length: 2\r\n',
          'host: other\r\n',
          'expect: x\r\n',
        ])
      : ''
  const length = chance.pick([body.length, body.length, body.length, 0, body.length + 10, 1e15])
  const head =
    `${method} ${path} ${chance.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'x'])}\r\n` +
    `host: ${host}\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n${broken}${extra.join('')}` +
    (method === 'GET' ? '' : `content-type: application/json\r\ncontent-length: ${length}\r\n`)
  const whole = Buffer.from(`${head}\r\n${method === 'GET' ? '' : body}`, 'latin1')
  return chance.below(10) === 0 ? whole.subarray(0, chance.below(whole.length)) : whole
}

function pathOf(chance: Chance, { roomId }: HttpAim): string {
  const room = chance.pick([
    roomId,
    'none',
    '..',
    '%2e%2e',
    '__proto__',
    'x'.repeat(repeat(chance)),
    '%ZZ',
  ])
  const call = chance.pick([
    'messages',
    'search?q=x',
    'export',
    'invites',
    'nothing',
    'messages?limit=1e9',
  ])
  const query =
    chance.below(3) === 0
      ? `&${Array.from({ length: repeat(chance) }, (_, at) => `q${at}=${at}`).join('&')}`
      : ''
  return `/api/rooms/${room}/${call}${query}`
}

function bodyOf(chance: Chance): string {
  return chance.pick([
    '',
    'null',
    '[]',
    '{"__proto__":{"name":"x"}}',
    `{"title":${JSON.stringify('x'.repeat(repeat(chance)))}`,
    '['.repeat(repeat(chance)) + ']'.repeat(repeat(chance)),
    `{${Array.from({ length: repeat(chance) }, () => '"a":1').join(',')}}`,
    '\u0000\u00ff'.repeat(repeat(chance)),
  ])
}

/** A request for an event stream that must be refused. */
export function eventsInput(chance: Chance, aim: HttpAim): Buffer {
  const fault = chance.pick(['name', 'session', 'room', 'origin'] as const)
  const host = fault === 'name' ? chance.pick(NAMES) : `127.0.0.1:${aim.port}`
  const session =
    fault === 'session'
      ? 'authorization: Bearer x.y.z\r\n'
      : `authorization: Bearer ${aim.token}\r\n`
  const origin =
    fault === 'origin'
      ? chance.pick([
          'origin: http://evil.example\r\n',
          'origin: null\r\n',
          'sec-fetch-site: cross-site\r\n',
        ])
      : ''
  const id = chance.pick(['', 'a:1:2', ':::', '1'.repeat(repeat(chance)), 'e:1e99:-1', '\u00ff'])
  const ids = Array.from({ length: chance.below(4) }, () => `last-event-id: ${id}\r\n`).join('')
  const room = chance.pick([aim.roomId, aim.roomId, 'none', 'x'.repeat(repeat(chance))])
  return Buffer.from(
    `${chance.pick(['GET', 'GET', 'HEAD', 'POST'])} /api/rooms/${room}/events?lastEventId=${encodeURIComponent(id)} HTTP/1.1\r\n` +
      `host: ${host}\r\n${session}${origin}${ids}accept: text/event-stream\r\nconnection: close\r\n\r\n`,
    'latin1',
  )
}
