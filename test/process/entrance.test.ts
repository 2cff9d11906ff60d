// Access by socket and over HTTP: a client that is not allowed in changes nothing.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Invites } from '@roomcast/server/access/invite.ts'
import { loadSigningKey } from '@roomcast/server/access/signing-key.ts'
import { Tokens } from '@roomcast/server/access/tokens.ts'
import { PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { Person } from '../support/person.ts'
import { House } from './house.ts'
import { RawSocket } from './raw-socket.ts'

let house: House
let carol: Person
beforeAll(async () => {
  house = await House.open()
  carol = await Person.come(house.server.url, 'Carol')
})
afterAll(() => house.close())

/** Runs an action and expects nobody's list of rooms to change. */
async function noRoomIsAdded<T>(act: () => Promise<T>): Promise<T> {
  const rooms = () =>
    Promise.all([house.bob, carol].map((person) => person.call<object>('/api/rooms')))
  const before = await rooms()
  const result = await act()
  expect(await rooms()).toEqual(before)
  return result
}

describe('[R6] a node lets in', () => {
  const refused = (options: Parameters<typeof RawSocket.connect>[1]) =>
    RawSocket.connect(house.server.url, options).then(
      () => 'let in',
      (error: Error & { data?: { code: string } }) => error.data?.code ?? error.message,
    )
  /** A token with one letter of its signature changed. */
  const forged = (token: string) =>
    token.slice(0, -10) + (token.at(-10) === 'A' ? 'B' : 'A') + token.slice(-9)

  it('no upgrade on another path, but answers it, so that no proxy counts this node as dead', async () => {
    const socket = connect(house.server.port, '127.0.0.1')
    socket.write(
      'GET /api/models HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    )
    const chunks: string[] = []
    socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    await new Promise((resolve) => socket.once('close', resolve))
    expect(chunks.join('')).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('nobody without a session, or with a forged one', async () => {
    const { token } = house.bob
    expect(await refused({})).toBe('unauthenticated')
    expect(await refused({ token: '' })).toBe('unauthenticated')
    expect(await refused({ token: 'x'.repeat(5000) })).toBe('unauthenticated')
    expect(await refused({ token: forged(token) })).toBe('unauthenticated')
    expect(await refused({ token: house.invite })).toBe('unauthenticated')
    for (const shown of [null, { token: forged(token) }, { token: house.invite }])
      expect(
        await house.http(shown, 'POST', '/api/rooms', { body: '{"title":"x"}' }),
      ).toMatchObject({ status: 401, body: { error: { code: 'unauthenticated' } } })
  })

  it('[W4] nobody with another version of the protocol', async () => {
    const { token } = house.bob
    expect(await refused({ token, version: PROTOCOL_VERSION - 1 })).toBe('protocol-version')
    // An older page has to be reloaded; a newer one may retry, since another node may be as new.
    for (const [version, retryable] of [
      [PROTOCOL_VERSION - 1, false],
      [PROTOCOL_VERSION + 1, true],
    ] as const)
      await expect(RawSocket.connect(house.server.url, { token, version })).rejects.toMatchObject({
        data: { code: 'protocol-version', retryable },
      })
    expect(await refused({ token, version: 'one' })).toBe('bad-request')
  })

  it('[R6.3] no page of another origin, by socket or over HTTP', async () => {
    const { token } = house.bob
    for (const origin of ['http://evil', 'null', `${house.server.url}.evil`, 'http://127.0.0.1:1'])
      for (const cookie of [{}, { cookie: `roomcast=${token}` }]) {
        expect(await refused({ token, headers: { origin, ...cookie } })).toMatch(/websocket error/)
        const answer = await noRoomIsAdded(() =>
          house.http(house.bob, 'POST', '/api/rooms', {
            body: '{}',
            headers: { origin, ...cookie },
          }),
        )
        expect(answer).toMatchObject({ status: 403, body: { error: { code: 'origin-refused' } } })
      }
    const own = await RawSocket.connect(house.server.url, {
      token,
      headers: { origin: house.server.url },
    })
    own.close()
  })

  it('nobody with an expired or forged invite, or with something else', async () => {
    const accept = (invite: unknown) =>
      house.http(carol, 'POST', '/api/invites/accept', { body: JSON.stringify({ invite }) })
    const key = await loadSigningKey(house.directory, randomBytes)
    const lastMonth = { now: () => Date.now() - 30 * 24 * 60 * 60 * 1000 }
    const link = { inviteId: 'old', until: lastMonth.now() + 1000 }
    const stale = await new Invites(new Tokens(key, lastMonth), lastMonth, 7).sign(
      house.roomId,
      link,
    )
    const cases: [unknown, number, string][] = [
      [stale, 410, 'invite-expired'],
      [forged(house.invite), 404, 'invite-invalid'],
      [carol.token, 404, 'invite-invalid'],
      ['', 404, 'invite-invalid'],
      [7, 400, 'bad-request'],
    ]
    for (const [invite, status, code] of cases) {
      const answer = await noRoomIsAdded(() => accept(invite))
      expect(answer).toMatchObject({ status, body: { error: { code } } })
    }
  })
})

describe('[R4.3] a request over HTTP', () => {
  it.each([
    ['broken JSON', '{"title":', 400, 'bad-request'],
    ['no JSON at all', 'hello', 400, 'bad-request'],
    ['a list', '[]', 400, 'bad-request'],
    ['null', 'null', 400, 'bad-request'],
    ['a title that is not text', '{"title":7}', 400, 'bad-request'],
    ['a long title', JSON.stringify({ title: 'x'.repeat(121) }), 400, 'bad-request'],
    ['a huge body', JSON.stringify({ title: 'x'.repeat(200_000) }), 413, 'too-large'],
  ])('is refused with %s for its body', async (_, body, status, code) => {
    const answer = await noRoomIsAdded(() => house.http(house.bob, 'POST', '/api/rooms', { body }))
    expect(answer).toMatchObject({ status, body: { error: { code } } })
  })

  it('is refused with a bad page position, or on an unknown path', async () => {
    const page = `/api/rooms/${house.roomId}/messages`
    for (const query of ['before=now', 'limit=0', 'limit=101', 'limit=-1', 'before=-1'])
      expect(await house.http(house.bob, 'GET', `${page}?${query}`)).toMatchObject({ status: 400 })
    expect(await house.http(house.bob, 'GET', '/api/nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'not-found' } },
    })
  })
})
