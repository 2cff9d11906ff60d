// Signed tokens (JWT, HS256): the one form of every credential that this server issues.
//
// Guarantees: a token is accepted only for the purpose it was made for, signed with this server's key and algorithm,
// and before its expiry. Its claims are readable to anyone who has it, so they contain nothing secret.
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '@roomcast/shared/clock'

export const PURPOSES = ['session', 'link', 'invite'] as const
export type Purpose = (typeof PURPOSES)[number]

export interface Claims {
  /** The id of the member or room that the token is about. */
  readonly subject: string
  readonly name?: string
  /** Distinguishes tokens about the same subject. */
  readonly id?: string
}

export type Opened =
  /** `endsAt`: the expiry, ms since 1970. */
  | { readonly kind: 'valid'; readonly claims: Claims; readonly endsAt: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

const ALGORITHM = 'HS256'
/** In characters; longer than any token made here, so that no large input is parsed. */
const LONGEST = 1024

export class Tokens {
  readonly #key: Uint8Array
  readonly #clock: Pick<Clock, 'now'>

  constructor(key: Uint8Array, clock: Pick<Clock, 'now'>) {
    this.#key = key
    this.#clock = clock
  }

  /** Creates a token for `purpose` that is valid for `lifetimeMs`, to whole seconds. */
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

  /** Checks whether `token` is one of ours for `purpose`, and returns its claims. Never throws on bad input. */
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
