import { UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { countingBytes } from '@roomcast/test/doubles/counting-bytes.ts'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { authenticate, credentialOf } from './authenticate.ts'
import { sessionCookie, tokenInCookie } from './cookie.ts'
import { Invites } from './invite.ts'
import { Sessions } from './session.ts'
import { PURPOSES, Tokens } from './tokens.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const key = new Uint8Array(32).fill(7)

let clock: SimulatedClock
let tokens: Tokens
let sessions: Sessions
let invites: Invites

beforeEach(() => {
  clock = new SimulatedClock()
  tokens = new Tokens(key, clock)
  sessions = new Sessions(tokens, countingBytes(), 90)
  invites = new Invites(tokens, clock, 7)
})

/** All variants of a token with one character changed, so that the signature no longer matches. */
function tampered(token: string): string[] {
  return [...token].flatMap((character, at) => {
    const other = character === 'A' ? 'B' : 'A'
    // The last character of a signature has unused bits, so the same bytes have several spellings.
    return at === token.length - 1 ? [] : [token.slice(0, at) + other + token.slice(at + 1)]
  })
}

describe('a session', () => {
  it('identifies its member', async () => {
    const { member, token } = await sessions.start('Ada')
    expect(member.name).toBe('Ada')
    expect(await sessions.verify(token)).toMatchObject(member)
  })

  it('has a member id of 128 random bits, safe in URLs', async () => {
    const first = await sessions.start('Ada')
    const second = await sessions.start('Ada')
    expect(first.member.memberId).toMatch(/^[\w-]{22}$/)
    expect(second.member.memberId).not.toBe(first.member.memberId)
  })

  it('keeps the member under another name', async () => {
    const { member } = await sessions.start('Ada')
    const renamed = await sessions.renew({ ...member, name: 'Countess' })
    expect(await sessions.verify(renamed.token)).toMatchObject({
      memberId: member.memberId,
      name: 'Countess',
    })
  })

  it('expires after its lifetime', async () => {
    const { token } = await sessions.start('Ada')
    clock.tick(90 * DAY_MS - 1000)
    expect(await sessions.verify(token)).not.toBeNull()
    clock.tick(1000)
    expect(await sessions.verify(token)).toBeNull()
  })

  it('is refused if any character is changed', async () => {
    const { token } = await sessions.start('Ada')
    for (const changed of tampered(token)) expect(await sessions.verify(changed)).toBeNull()
  })

  it('is refused if another server signed it', async () => {
    const foreign = new Sessions(new Tokens(new Uint8Array(32), clock), countingBytes(), 90)
    expect(await sessions.verify((await foreign.start('Ada')).token)).toBeNull()
  })

  it('cleans the name in an older token by the current rules', async () => {
    const old = async (purpose: 'session' | 'link', name: string) =>
      await tokens.sign(purpose, { subject: 'm1', name }, DAY_MS)
    const ada = { memberId: 'm1', name: 'Ada\uFFFD' }
    expect(await sessions.verify(await old('session', 'A\u200Bda\uD83D'))).toMatchObject(ada)
    expect((await sessions.redeem(await old('link', 'A\u200Bda\uD83D'))).member).toMatchObject(ada)
    expect(await sessions.verify(await old('session', '\u200B'))).toBeNull()
    await expect(sessions.redeem(await old('link', '\u200B'))).rejects.toMatchObject({
      body: { code: 'unauthenticated' },
    })
  })

  it('is refused without a signature', async () => {
    const unsigned = new UnsecuredJWT({ name: 'Ada' })
      .setSubject('m1')
      .setAudience('session')
      .setExpirationTime(clock.now() / 1000 + 60)
      .encode()
    expect(await sessions.verify(unsigned)).toBeNull()
    for (const text of ['', '.', '..', 'x'.repeat(5000), '{}']) {
      expect(await sessions.verify(text)).toBeNull()
    }
  })
})

describe('a personal link', () => {
  it('opens a session of the same member, more than once', async () => {
    const { member } = await sessions.start('Ada')
    const linkKey = await sessions.linkKey(member)
    for (const again of [1, 2]) {
      const session = await sessions.redeem(linkKey)
      expect([again, session.member]).toEqual([again, member])
      expect(await sessions.verify(session.token)).toMatchObject(member)
    }
  })

  it('ends after 30 days', async () => {
    const { member } = await sessions.start('Ada')
    const linkKey = await sessions.linkKey(member)
    clock.tick(30 * DAY_MS)
    await expect(sessions.redeem(linkKey)).rejects.toMatchObject({
      body: { code: 'unauthenticated' },
      message: expect.stringContaining('expired') as unknown,
    })
  })
})

describe('an invite', () => {
  it('opens its room until it expires', async () => {
    const open = { inviteId: 'i'.repeat(22), until: clock.now() + 7 * DAY_MS }
    const invite = await invites.sign('r'.repeat(22), open)
    expect(invite.length).toBeLessThan(300)
    expect(encodeURIComponent(invite)).toBe(invite)
    expect(await invites.open(invite)).toEqual({
      roomId: 'r'.repeat(22),
      inviteId: open.inviteId,
    })
    clock.tick(DAY_MS)
    expect(await invites.sign('r'.repeat(22), open)).toBe(invite)
    expect(invites.daysLeft(open)).toBe(6)
    clock.tick(6 * DAY_MS)
    await expect(invites.open(invite)).rejects.toMatchObject({ body: { code: 'invite-expired' } })
  })

  it('of an earlier version has no id', async () => {
    const old = await tokens.sign('invite', { subject: 'room' }, DAY_MS)
    expect(await invites.open(old)).toEqual({ roomId: 'room', inviteId: undefined })
  })

  it('is refused if any character is changed', async () => {
    for (const changed of tampered(
      await invites.sign('room', { inviteId: 'i', until: clock.now() + DAY_MS }),
    )) {
      await expect(invites.open(changed)).rejects.toMatchObject({
        body: { code: 'invite-invalid' },
      })
    }
  })
})

describe('a token', () => {
  it('is accepted for its own purpose only', async () => {
    for (const made of PURPOSES) {
      const token = await tokens.sign(made, { subject: 's', name: 'n' }, DAY_MS)
      for (const wanted of PURPOSES) {
        const { kind } = await tokens.open(wanted, token)
        expect([made, wanted, kind]).toEqual([made, wanted, made === wanted ? 'valid' : 'invalid'])
      }
    }
  })

  it('of another purpose is invalid, not expired, after its end', async () => {
    const token = await tokens.sign('session', { subject: 's', name: 'n' }, DAY_MS)
    clock.tick(2 * DAY_MS)
    expect(await tokens.open('invite', token)).toEqual({ kind: 'invalid' })
  })
})

describe('the cookie', () => {
  it('cannot be read by scripts or sent by foreign pages', () => {
    expect(sessionCookie('t.o.k', 90 * DAY_MS, false)).toBe(
      'roomcast=t.o.k; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  it('stays on https if it came over https', () => {
    expect(sessionCookie('t', 1000, true)).toContain('; Secure')
  })

  it('is found among others', () => {
    expect(tokenInCookie('a=b; roomcast=t.o.k; c=d')).toBe('t.o.k')
    expect(tokenInCookie('a=b')).toBeUndefined()
    expect(tokenInCookie('roomcast=')).toBeUndefined()
  })
})

describe('authenticate', () => {
  it('accepts a bearer token or a cookie', async () => {
    const { member, token } = await sessions.start('Ada')
    expect(await authenticate(sessions, { authorization: `Bearer ${token}` })).toMatchObject(member)
    expect(await authenticate(sessions, { cookie: `roomcast=${token}` })).toMatchObject(member)
    expect(await authenticate(sessions, {})).toBeNull()
  })

  it('does not fall back to the cookie if there is a bearer token', async () => {
    const { token } = await sessions.start('Ada')
    const headers = { authorization: 'Bearer wrong', cookie: `roomcast=${token}` }
    expect(await authenticate(sessions, headers)).toBeNull()
    expect(credentialOf(headers)).toEqual({ kind: 'bearer', token: 'wrong' })
  })
})
