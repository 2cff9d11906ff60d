// The guards in front of the routes: security headers, the check of a request's origin, rate limits per address and
// member, and authentication.
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import helmet from 'helmet'
import { Refusal } from '@roomcast/shared/protocol'
import { addressKey } from '../access/address.ts'
import type { Allowance } from '../access/allowance.ts'
import { authenticate } from '../access/authenticate.ts'
import type { SentTo } from '../access/host.ts'
import { mayAct } from '../access/origin.ts'
import type { KnownMember, Sessions, SessionMember } from '../access/session.ts'
import type { TokenBucket } from '../access/token-bucket.ts'
import { TooOften } from '../access/too-often.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * Sets the headers of every response. The page may load and connect to nothing but this server, and its addresses,
 * which may contain an invite, are sent to nobody else. `publicUrl`: see Config.
 */
export function securityHeaders(publicUrl: string | undefined): RequestHandler[] {
  const sockets = (host: string) => `ws://${host} wss://${host}`
  const publicHost = publicUrl === undefined ? '' : new URL(publicUrl).host
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'style-src-attr': ["'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'manifest-src': ["'self'"],
        'connect-src': [
          "'self'",
          // Browsers have long differed on whether 'self' covers WebSockets.
          ({ headers: { host } }) => (isHost(host) ? sockets(host) : "'self'"),
          ...(publicHost === '' ? [] : [sockets(publicHost)]),
        ],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': ['vue'],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
  })
  const stayOnHttps: RequestHandler = (request, response, next) => {
    if (isSecure(request, publicUrl))
      response.set('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`)
    next()
  }
  return [headers, stayOnHttps]
}

/** Whether the client uses https; a proxy may not say, but the public address does. */
export function isSecure(request: Request, publicUrl: string | undefined): boolean {
  return request.secure || (publicUrl?.startsWith('https:') ?? false)
}

/** Whether a Host header is only a host, so that it is safe in headers and links. */
function isHost(host: string | undefined): host is string {
  return host !== undefined && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host)
}

/** Refuses requests to any name that is not ours. Refusal: `host-refused`. */
export function ownNamesOnly(isServed: (request: SentTo) => boolean): RequestHandler {
  return (request, _response, next) => {
    if (!isServed(request)) throw new Refusal('host-refused')
    next()
  }
}

/** Refuses state-changing requests from foreign pages. Refusal: `origin-refused`. */
export function ownPagesOnly(allowedOrigins: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method)
    if (changes && !mayAct(request.headers, allowedOrigins)) throw new Refusal('origin-refused')
    next()
  }
}

/** Limits the requests of each address. Refusal: `rate-limited`. */
export function perAddress(bucket: TokenBucket): RequestHandler {
  return (request, _response, next) => {
    spend(bucket, addressKey(request.ip ?? ''))
    next()
  }
}

/** Counts one act of `key`, a member or an address. Refusal: `rate-limited`, with the time to wait. */
export function spend(bucket: TokenBucket, key: string): void {
  if (!bucket.take(key)) throw new TooOften(bucket.refillSeconds())
}

/** The member and address that limits count by. */
export function senderOf(
  request: Request,
  { memberId }: SessionMember,
): { readonly memberId: string; readonly address: string } {
  return { memberId, address: addressKey(request.ip ?? '') }
}

/** Authenticates a request and counts it; null for a stranger. Refusal: `rate-limited`. */
export type Who = (request: Request) => Promise<KnownMember | null>

/**
 * @param calls limits the calls of each member
 * @param written limits the bytes of request bodies
 */
export function whoAsks(sessions: Sessions, calls: TokenBucket, written: Allowance): Who {
  return async (request) => {
    const member = await authenticate(sessions, request.headers)
    if (!member) return null
    const { memberId } = member
    spend(calls, memberId)
    const bytes = bodies.get(request) ?? 0
    if (!written.take(senderOf(request, member), bytes))
      throw new TooOften(written.refillSeconds(bytes))
    return member
  }
}

/** The size of each request's body, bytes as received. */
const bodies = new WeakMap<IncomingMessage, number>()

/** Records the size of a request's body; for `express.json`. */
export function noteBody(request: IncomingMessage, _response: unknown, body: Buffer): void {
  bodies.set(request, body.length)
}

/** The member who sent the request. Refusals: `unauthenticated`, `rate-limited`. */
export async function requireMember(who: Who, request: Request): Promise<KnownMember> {
  const member = await who(request)
  if (member === null) throw new Refusal('unauthenticated')
  return member
}

/** The origin of links to this server: `publicUrl`, or else the one the request was sent to. */
export function ownOrigin(request: Request, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl
  const { host } = request.headers
  if (!isHost(host)) throw new Refusal('bad-request', 'The Host header is invalid.')
  return `${request.protocol}://${host}`
}
