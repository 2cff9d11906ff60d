// Sessions: who somebody is on this server. A name, an id nobody can guess, and a signature; nothing stored.
//
// Guarantees: only tokens made here, for sessions, within their time give a member. A personal link
// (another purpose, other end) gives a session of the same member elsewhere.
// Leaves to others: what a member may do in a room, and how tokens travel (cookie.ts, authenticate.ts).
import { cleanName, Refusal, type MemberId, type Session } from '@roomcast/shared/protocol'
import type { RandomBytes } from './signing-key.ts'
import type { Claims, Tokens } from './tokens.ts'

/** A person, as the session knows them: not yet in any room. */
export interface SessionMember {
  readonly memberId: MemberId
  readonly name: string
}

/** Somebody with a session, and when that ends, ms since 1970. */
export interface KnownMember extends SessionMember {
  readonly endsAt: number
}

const DAY_MS = 24 * 60 * 60 * 1000
const LINK_DAYS = 30

export class Sessions {
  readonly #tokens: Tokens
  readonly #random: RandomBytes
  readonly #days: number

  constructor(tokens: Tokens, random: RandomBytes, days: number) {
    this.#tokens = tokens
    this.#random = random
    this.#days = days
  }

  /** Milliseconds that a session is good for. */
  get lifetimeMs(): number {
    return this.#days * DAY_MS
  }

  /** Starts a session of a new member called `name` (checked by the caller). */
  async start(name: string): Promise<Session> {
    const memberId = Buffer.from(this.#random(16)).toString('base64url')
    return await this.renew({ memberId, name })
  }

  /** Starts a session of a known member, under the name given: renames, or begins the time anew. */
  async renew({ memberId, name }: SessionMember): Promise<Session> {
    const claims = { subject: memberId, name }
    const token = await this.#tokens.sign('session', claims, this.lifetimeMs)
    return { member: { memberId, name }, token }
  }

  /** The member whose session `token` is; null if it is none, of another server, or too old. */
  async verify(token: string): Promise<KnownMember | null> {
    const opened = await this.#tokens.open('session', token)
    if (opened.kind !== 'valid') return null
    const member = memberOf(opened.claims)
    return member && { ...member, endsAt: opened.endsAt }
  }

  /** Makes the key of a personal link, good for 30 days and any number of times. */
  async linkKey({ memberId, name }: SessionMember): Promise<string> {
    return await this.#tokens.sign('link', { subject: memberId, name }, LINK_DAYS * DAY_MS)
  }

  /** Starts a session of the member who made `key`. Refusal `unauthenticated` if it is not valid any more. */
  async redeem(key: string): Promise<Session> {
    const opened = await this.#tokens.open('link', key)
    if (opened.kind === 'expired') {
      throw new Refusal('unauthenticated', 'This personal link has expired. Create a new one.')
    }
    const member = opened.kind === 'valid' ? memberOf(opened.claims) : null
    if (!member) throw new Refusal('unauthenticated', 'This personal link isn’t valid.')
    return await this.renew(member)
  }
}

/** A token may carry a name that would not be taken any more: it is cleaned, or nobody if nothing is left of it. */
function memberOf({ subject, name = '' }: Claims): SessionMember | null {
  const clean = cleanName(name)
  return clean === '' ? null : { memberId: subject, name: clean }
}
