// Which pages may act here. Browsers attach cookies even to requests from foreign pages; the Origin
// header, which pages cannot forge, names the page's origin. Both borders check it: HTTP for requests that
// change something, and Socket.IO for every transport (CORS settings do not protect WebSockets).
import type { IncomingHttpHeaders } from 'node:http'
import { credentialOf } from './authenticate.ts'

/** `absent`: no Origin header; browsers send one with every state-changing request. */
type OriginVerdict = 'allowed' | 'absent' | 'refused'

/**
 * Judges an Origin header: allowed if its host is the one the request was sent to (`host`, the Host header)
 * or the origin is in `allowed`. `null`, which sandboxed pages send, and everything else is refused.
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): OriginVerdict {
  if (origin === undefined) return 'absent'
  const url = URL.parse(origin)
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== origin.toLowerCase()) {
    return 'refused'
  }
  if (allowed.includes(url.origin)) return 'allowed'
  return host !== undefined && url.host === host.toLowerCase() ? 'allowed' : 'refused'
}

/**
 * Whether a request may change something. Without an Origin it may if its credential is not one that browsers attach by
 * themselves: it has a bearer token, or no cookie of ours (no session yet, or the token follows later).
 */
export function mayAct(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host' | 'authorization' | 'cookie'>,
  allowed: readonly string[],
): boolean {
  const verdict = originAllowed(headers.origin, headers.host, allowed)
  if (verdict === 'absent') return credentialOf(headers).kind !== 'cookie'
  return verdict === 'allowed'
}

/**
 * Whether a request may watch a room, which makes its member visible there. A GET from our own pages has no Origin; if
 * a
 * foreign page sent it, for example as an image, browsers say so in Sec-Fetch-Site (`none`: the address was typed).
 */
export function mayWatch(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>,
  allowed: readonly string[],
): boolean {
  const verdict = originAllowed(headers.origin, headers.host, allowed)
  if (verdict !== 'absent') return verdict === 'allowed'
  return ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'])
}
