// Sessions: a member's identity on this server, as a name, an unguessable id and a signature; nothing is stored.
//
// Guarantees: only a token made here, for a session, and not expired, yields a member. A personal link (a token with
// another purpose and lifetime) yields a session of the same member in another browser.
// Left to others: a member's rights in a room, and how tokens travel (cookie.ts, authenticate.ts).
import { cleanName, Refusal, type MemberId, type Session } from '@roomcast/shared/protocol'
import type { RandomBytes } from './signing-key.ts'
import type { Claims, Tokens } from './tokens.ts'

/** A person as their session describes them, independent of any room. */
export interface SessionMember {
  readonly memberId: MemberId
  readonly name: string
}

/** A member with a session, and its end, ms since 1970. */
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

  /** The lifetime of a session, ms. */
  get lifetimeMs(): number {
    return this.#days * DAY_MS
  }

  /** Starts a session for a new member called `name` (checked by the caller). */
  async start(name: string): Promise<Session> {
    const memberId = Buffer.from(this.#random(16)).toString('base64url')
    return await this.renew({ memberId, name })
  }

  /** Starts a new session for a known member, under the given name: for a rename or a new lifetime. */
  async renew({ memberId, name }: SessionMember): Promise<Session> {
    const claims = { subject: memberId, name }
    const token = await this.#tokens.sign('session', claims, this.lifetimeMs)
    return { member: { memberId, name }, token }
  }

  /** The member of a session token; null if it is invalid, from another server, or expired. */
  async verify(token: string): Promise<KnownMember | null> {
    const opened = await this.#tokens.open('session', token)
    if (opened.kind !== 'valid') return null
    const member = memberOf(opened.claims)
    return member && { ...member, endsAt: opened.endsAt }
  }

  /** Creates the key of a personal link, valid for 30 days and any number of uses. */
  async linkKey({ memberId, name }: SessionMember): Promise<string> {
    return await this.#tokens.sign('link', { subject: memberId, name }, LINK_DAYS * DAY_MS)
  }

  /** Starts a session for the member who created `key`. Refusal `unauthenticated` if it is no longer valid. */
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

/** The member in a token. Its name may predate the current rules, so it is cleaned; null if nothing is left of it. */
function memberOf({ subject, name = '' }: Claims): SessionMember | null {
  const clean = cleanName(name)
  return clean === '' ? null : { memberId: subject, name: clean }
}
