// Which pages may act here. Browsers add a cookie by themselves, to requests of foreign pages too; the Origin
// header, which pages cannot forge, tells whose page it was. Both borders ask here: HTTP requests that
// change something, and every Socket.IO transport (CORS settings do not protect websockets).
import type { IncomingHttpHeaders } from 'node:http'
import { credentialOf } from './authenticate.ts'

/** `absent`: no Origin header; browsers send one with everything that changes something. */
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
 * Whether a request may act. Without an Origin it may if it brings nothing that a browser adds by itself:
 * it shows a bearer token, or no cookie of ours (it has no session yet, or shows its token later).
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
 * Whether a request may watch a room, which is shown to the others as being here. A GET of our own pages has no Origin; that a
 * foreign page sent it, as an image say, browsers tell in Sec-Fetch-Site (`none`: somebody typed the address).
 */
export function mayWatch(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>,
  allowed: readonly string[],
): boolean {
  const verdict = originAllowed(headers.origin, headers.host, allowed)
  if (verdict !== 'absent') return verdict === 'allowed'
  return ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'])
}
