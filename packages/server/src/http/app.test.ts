import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ERROR_CODES,
  inviteAcceptedSchema,
  inviteListSchema,
  inviteUrlSchema,
  messagesPageSchema,
  searchPageSchema,
  modelsSchema,
  roomListSchema,
  roomMadeSchema,
  sessionLinkSchema,
  sessionSchema,
  type Message,
} from '@roomcast/shared/protocol'
import { openTestApp, type TestApp } from '@roomcast/test/doubles/app.ts'
import { STATUS } from './status.ts'

let app: TestApp

beforeEach(async () => {
  app = await openTestApp()
})
afterEach(async () => {
  await app.close()
})

async function sessionOf(name: string) {
  return v.parse(sessionSchema, (await app.call('POST', '/api/session', undefined, { name })).json)
}

async function roomOf(token: string, body: object = {}) {
  const made = await app.call('POST', '/api/rooms', token, body)
  return { ...made, ...v.parse(roomMadeSchema, made.json) }
}

function said(text: string, offset = 3): Message {
  return {
    kind: 'said',
    messageId: 'm',
    offset,
    at: 0,
    by: 'x',
    text,
    ask: false,
    withdrawn: false,
  }
}

describe('/api/session', () => {
  it('begins a session with a name', async () => {
    const { member, token } = await sessionOf('  Ada   Lovelace ')
    expect(member.name).toBe('Ada Lovelace')
    const { status, json } = await app.call('GET', '/api/session', token)
    expect([status, json]).toEqual([200, { member }])
  })

  it('renames a member with a session', async () => {
    const { member, token } = await sessionOf('Ada')
    const { json } = await app.call('POST', '/api/session', token, { name: 'Countess' })
    expect(json?.['member']).toEqual({ memberId: member.memberId, name: 'Countess' })
  })

  it('makes a personal link that opens the same session elsewhere', async () => {
    const { member, token } = await sessionOf('Ada')
    const link = v.parse(
      sessionLinkSchema,
      (await app.call('POST', '/api/session/link', token)).json,
    )
    expect(link.url).toMatch(new RegExp(`^${app.url}/back/[\\w.-]+$`))
    const key = link.url.split('/back/')[1]
    const { json } = await app.call('POST', '/api/session', undefined, { key })
    expect(v.parse(sessionSchema, json).member).toEqual(member)
  })

  it.each([
    [{}, 'The name is missing.'],
    [{ name: ' \n ' }, 'The name is empty.'],
    [{ name: '\u200B' }, 'The name needs at least one visible character.'],
    [{ name: 'x'.repeat(41) }, 'The name is longer than 40 characters.'],
    [{ name: 5 }, 'The name must be text.'],
    [{ key: null }, 'The key must be text.'],
    [[], 'The body must be an object.'],
  ])('refuses %j in words', async (body, message) => {
    const { status, error } = await app.call('POST', '/api/session', undefined, body)
    expect([status, error]).toEqual([400, { code: 'bad-request', message, retryable: false }])
  })

  it('refuses keys of another purpose', async () => {
    const { token } = await sessionOf('Ada')
    const { status, error } = await app.call('POST', '/api/session', undefined, { key: token })
    expect([status, error?.message]).toEqual([401, 'This personal link isn’t valid.'])
  })

  it('allows 300 tries per address and minute', async () => {
    for (let tries = 0; tries < 300; tries++) {
      expect((await app.call('POST', '/api/session', undefined, { name: 'Ada' })).status).toBe(200)
    }
    const { status, error, headers } = await app.call('POST', '/api/session', undefined, {
      name: 'A',
    })
    expect([status, error?.code, error?.retryable]).toEqual([429, 'rate-limited', true])
    expect(headers.get('retry-after')).toBe('1')
    app.clock.tick(1000)
    expect((await app.call('POST', '/api/session', undefined, { name: 'Ada' })).status).toBe(200)
  })
})

describe('/api/rooms', () => {
  it('creates a room, and lists it', async () => {
    const { token } = await sessionOf('Ada')
    const { status, room, inviteUrl } = await roomOf(token, {
      title: ' Plans ',
      instructions: 'Be brief',
    })
    expect([status, room.title, room.role]).toEqual([201, 'Plans', 'owner'])
    expect(inviteUrl.startsWith(`${app.url}/invite/`)).toBe(true)
    expect(app.rooms.get(room.roomId)?.instructions).toBe('Be brief')
    const list = await app.call('GET', '/api/rooms', token)
    expect(v.parse(roomListSchema, list.json).rooms).toEqual([room])
  })

  it('names a room without a title "New room"', async () => {
    const { token } = await sessionOf('Ada')
    expect((await roomOf(token, { title: '  ' })).room.title).toBe('New room')
    expect((await roomOf(token)).room.title).toBe('New room')
  })

  it('admits a person with an invite, once however often they use it', async () => {
    const ada = await sessionOf('Ada')
    const bob = await sessionOf('Bob')
    const { room, inviteUrl } = await roomOf(ada.token)
    const invite = inviteUrl.split('/invite/')[1]
    for (const again of [1, 2]) {
      const { json } = await app.call('POST', '/api/invites/accept', bob.token, { invite })
      const accepted = v.parse(inviteAcceptedSchema, json)
      expect([again, accepted.role, accepted.room.roomId]).toEqual([again, 'member', room.roomId])
    }
    expect(app.rooms.get(room.roomId)?.members).toHaveLength(2)
    const owner = await app.call('POST', '/api/invites/accept', ada.token, { invite })
    expect(owner.json?.['role']).toBe('owner')
  })

  it('creates further invites for members only', async () => {
    const ada = await sessionOf('Ada')
    const bob = await sessionOf('Bob')
    const { room } = await roomOf(ada.token)
    const path = `/api/rooms/${room.roomId}/invites`
    const made = v.parse(inviteUrlSchema, (await app.call('POST', path, ada.token)).json)
    expect(made.days).toBe(7)
    const invite = made.inviteUrl.split('/invite/')[1] ?? ''
    expect(await app.call('POST', '/api/invites/look', undefined, { invite })).toMatchObject({
      status: 200,
    })
    const list = v.parse(inviteListSchema, (await app.call('GET', path, ada.token)).json)
    expect(list.invites).toMatchObject([{ by: ada.member.memberId, inviteUrl: made.inviteUrl }])
    expect(await app.call('DELETE', path, ada.token)).toMatchObject({ status: 204 })
    for (const method of ['GET', 'DELETE'])
      expect(await app.call(method, path, bob.token)).toMatchObject({ status: 404 })
    const { status, error } = await app.call('POST', path, bob.token)
    expect([status, error?.code]).toEqual([404, 'room-not-found'])
  })

  it('returns pages of older messages', async () => {
    const { token } = await sessionOf('Ada')
    const { room } = await roomOf(token)
    app.rooms.get(room.roomId)?.messages.push(said('Hello'))
    const path = `/api/rooms/${room.roomId}/messages`
    const { json } = await app.call('GET', `${path}?before=17&limit=100`, token)
    expect(v.parse(messagesPageSchema, json).messages).toEqual([said('Hello')])
    await app.call('GET', path, token)
    expect(app.pages).toEqual([
      { before: 17, limit: 100 },
      { before: undefined, limit: 50 },
    ])
    await app.call('GET', `${path}?after=3`, token)
    await app.call('GET', `${path}?around=3&limit=7`, token)
    expect(app.pages.slice(2)).toEqual([
      { after: 3, limit: 50 },
      { around: 3, limit: 7 },
    ])
    const faulty = ['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'before=-1']
    for (const query of [...faulty, 'after=x', 'before=1&after=1']) {
      const { status, error } = await app.call('GET', `${path}?${query}`, token)
      expect([query, status, error?.code]).toEqual([query, 400, 'bad-request'])
    }
    const { error } = await app.call('GET', `${path}?limit=0`, token)
    expect(error?.message).toBe('The limit must be a whole number from 1 to 100.')
  })

  it('searches a room', async () => {
    const { token } = await sessionOf('Ada')
    const { room } = await roomOf(token)
    const path = `/api/rooms/${room.roomId}/search`
    const { json } = await app.call('GET', `${path}?q=+an%20apple+&before=17`, token)
    expect(v.parse(searchPageSchema, json)).toEqual({ found: [], next: null })
    expect(app.searches).toEqual([{ query: 'an apple', before: 17 }])
    const faulty = ['', '?q=', '?q=%20', `?q=${'x'.repeat(201)}`, '?q=a&q=b', '?q=a&before=b']
    for (const query of faulty) {
      const { status, error } = await app.call('GET', path + query, token)
      expect([query, status, error?.code]).toEqual([query, 400, 'bad-request'])
    }
    expect((await app.call('GET', path, token)).error?.message).toBe('The q is missing.')
  })

  it('lets only the owner delete a room', async () => {
    const ada = await sessionOf('Ada')
    const bob = await sessionOf('Bob')
    const { room } = await roomOf(ada.token)
    const invite = await app.inviteTo(room.roomId)
    await app.call('POST', '/api/invites/accept', bob.token, { invite })
    const path = `/api/rooms/${room.roomId}`
    const refused = await app.call('DELETE', path, bob.token)
    expect([refused.status, refused.error?.code]).toEqual([403, 'not-yours'])
    const removed = await app.call('DELETE', path, ada.token)
    expect([removed.status, removed.text]).toEqual([204, ''])
    expect((await app.call('DELETE', path, ada.token)).error?.code).toBe('room-not-found')
    const late = await app.call('POST', '/api/invites/accept', bob.token, { invite })
    expect(late.error?.code).toBe('room-not-found')
  })

  it.each(['x'.repeat(65), 'a.b', '%00', '{}'])('refuses %s as a room id', async (id) => {
    const { token } = await sessionOf('Ada')
    const { status, error } = await app.call('GET', `/api/rooms/${id}/messages`, token)
    expect([status, error?.code]).toEqual([404, 'room-not-found'])
  })

  it('refuses settings that are too long, and names them', async () => {
    const { token } = await sessionOf('Ada')
    const long = await app.call('POST', '/api/rooms', token, { title: 'x'.repeat(121) })
    expect(long.error?.message).toBe('The title is longer than 120 characters.')
    const wrong = await app.call('POST', '/api/rooms', token, { instructions: {} })
    expect(wrong.error?.message).toBe('The instructions must be text.')
    const none = await app.call('POST', '/api/rooms', token)
    expect(none.error?.message).toBe('Send a JSON body, with content-type application/json.')
  })
})

describe('an invite', () => {
  it('is refused if it has expired, is forged, or was made for another purpose', async () => {
    const { token } = await sessionOf('Ada')
    const invite = await app.inviteTo('room-1')
    const accept = async (text: string) => {
      const { status, error } = await app.call('POST', '/api/invites/accept', token, {
        invite: text,
      })
      return [status, error?.code]
    }
    expect(await accept(`${invite.slice(0, -4)}AAAA`)).toEqual([404, 'invite-invalid'])
    expect(await accept(token)).toEqual([404, 'invite-invalid'])
    expect(await accept('')).toEqual([404, 'invite-invalid'])
    app.clock.tick(7 * 24 * 60 * 60 * 1000)
    expect(await accept(invite)).toEqual([410, 'invite-expired'])
  })

  it('shows where it leads without a session, and is the only way to see it', async () => {
    const ada = await sessionOf('Ada')
    const { inviteUrl } = await roomOf(ada.token, { title: 'Plans' })
    const look = (invite: unknown) => app.call('POST', '/api/invites/look', undefined, { invite })
    const { status, json } = await look(inviteUrl.split('/invite/')[1])
    expect(status).toBe(200)
    expect(json).toEqual({ title: 'Plans', here: ['Ada'], running: false })
    expect((await look(await app.inviteTo('gone'))).error?.code).toBe('room-not-found')
    for (const invite of ['x', ada.token])
      expect((await look(invite)).error?.code).toBe('invite-invalid')
    expect((await look(undefined)).error?.code).toBe('bad-request')
  })

  it('can be tried by one member at most 120 times a minute', async () => {
    const { token } = await sessionOf('Ada')
    const statuses = new Map<number, number>()
    for (let tries = 0; tries < 121; tries++) {
      const { status } = await app.call('POST', '/api/invites/accept', token, { invite: 'x' })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect(Object.fromEntries(statuses)).toEqual({ 404: 120, 429: 1 })
  })
})

describe('/api/rooms/:id/export', () => {
  async function exported(query: string, title: string, ...messages: Message[]) {
    const { token } = await sessionOf('Ada')
    const { room } = await roomOf(token, { title })
    app.rooms.get(room.roomId)?.messages.push(...messages)
    return await app.call('GET', `/api/rooms/${room.roomId}/export${query}`, token)
  }

  it('returns Markdown as a file named after the room', async () => {
    const { text, headers } = await exported('?format=markdown', '../Pläne: "A/B"', said('# Hello'))
    expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Pl?ne A B.md"; filename*=UTF-8''Pl%C3%A4ne%20A%20B.md`,
    )
    expect(text).toContain('\n> # Hello\n')
  })

  it('returns JSON as a file', async () => {
    const { json, headers } = await exported('?format=json', '…', said('Hello'), said('there'))
    expect(headers.get('content-disposition')).toMatch(/^attachment; .*\.json/)
    expect(json).toMatchObject({ title: '…', messages: [{ text: 'Hello' }, { text: 'there' }] })
  })

  it('returns Markdown by default, and refuses other formats', async () => {
    expect((await exported('', 'x')).text).toContain('# x')
    const { status, error } = await exported('?format=pdf', 'x')
    expect([status, error?.message]).toEqual([400, 'The format must be markdown or json.'])
  })

  it('breaks off rather than end as if it were complete', async () => {
    await expect(exported('', 'x', said('Hello'), said('break'))).rejects.toThrow()
    expect(app.lines.join('')).toContain('a request failed')
    expect(app.lines.join('')).not.toContain('secret')
  })
})

describe('the application', () => {
  it('answers health checks and the list of models without a session', async () => {
    expect((await app.call('GET', '/livez')).status).toBe(200)
    expect((await app.call('GET', '/readyz')).status).toBe(200)
    const models = await app.call('GET', '/api/models')
    expect(v.parse(modelsSchema, models.json).simulated).toBe(true)
  })

  it('reports every refused call by its code', async () => {
    const refused: string[] = []
    const other = await openTestApp({ onRefused: (code) => void refused.push(code) })
    await other.call('GET', '/api/rooms')
    await other.call('POST', '/api/session', undefined, { name: 1 })
    await other.call('GET', '/api/models')
    await other.close()
    expect(refused).toEqual(['unauthenticated', 'bad-request'])
  })
})

describe('every refusal code', () => {
  it('has an error status', () => {
    for (const code of Object.keys(ERROR_CODES)) {
      expect(STATUS[code as keyof typeof STATUS]).toBeGreaterThanOrEqual(400)
    }
  })
})
