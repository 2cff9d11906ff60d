// Signed tokens (JWT, HS256), the one form of everything that this server hands out and believes later.
//
// Guarantees: a token is accepted for the purpose it was made for and no other, signed with this server's
// key and algorithm, and not past its end. Reveals its claims to whoever holds it; nothing secret goes in.
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '@roomcast/shared/clock'

export const PURPOSES = ['session', 'link', 'invite'] as const
export type Purpose = (typeof PURPOSES)[number]

export interface Claims {
  /** Id of what the token is about: a member or a room. */
  readonly subject: string
  readonly name?: string
  /** Tells tokens about the same subject apart. */
  readonly id?: string
}

export type Opened =
  /** `endsAt`: when it is not valid any more, ms since 1970. */
  | { readonly kind: 'valid'; readonly claims: Claims; readonly endsAt: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

const ALGORITHM = 'HS256'
/** Characters; longer than any token made here, so that nothing large is parsed. */
const LONGEST = 1024

export class Tokens {
  readonly #key: Uint8Array
  readonly #clock: Pick<Clock, 'now'>

  constructor(key: Uint8Array, clock: Pick<Clock, 'now'>) {
    this.#key = key
    this.#clock = clock
  }

  /** Makes a token of `purpose` that is good for `lifetimeMs`, to whole seconds. */
  async sign(purpose: Purpose, claims: Claims, lifetimeMs: number): Promise<string> {
    const end = Math.floor((this.#clock.now() + lifetimeMs) / 1000)
    const { name, id } = claims
    const payload = { ...(name === undefined ? {} : { name }), ...(id === undefined ? {} : { id }) }
    return await new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(claims.subject)
      .setAudience(purpose)
      .setExpirationTime(end)
      .sign(this.#key)
  }

  /** Says whether `token` is one of ours for `purpose`, and what it claims. Never throws on bad input. */
  async open(purpose: Purpose, token: string): Promise<Opened> {
    if (token.length > LONGEST) return { kind: 'invalid' }
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        audience: purpose,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(this.#clock.now()),
      })
      const { sub: subject = '', exp = 0, name, id } = payload
      return {
        kind: 'valid',
        endsAt: exp * 1000,
        claims: {
          subject,
          ...(typeof name === 'string' ? { name } : {}),
          ...(typeof id === 'string' ? { id } : {}),
        },
      }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'expired' }
      if (error instanceof errors.JOSEError) return { kind: 'invalid' }
      throw error
    }
  }
}
