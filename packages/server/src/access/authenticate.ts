// Authentication of a request: the same for HTTP and for the handshake of a socket.
import type { IncomingHttpHeaders } from 'node:http'
import { tokenInCookie } from './cookie.ts'
import type { KnownMember, Sessions } from './session.ts'

/** The credential of a request. A bearer token, which is sent deliberately, takes precedence over a cookie. */
type Credential =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'cookie'; readonly token: string }
  | { readonly kind: 'none' }

type Headers = Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>

/** Finds the credential among the headers of a request. */
export function credentialOf(headers: Headers): Credential {
  const bearer = /^Bearer +([\w.~+/-]+=*) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { kind: 'bearer', token: bearer }
  const token = tokenInCookie(headers.cookie)
  return token === undefined ? { kind: 'none' } : { kind: 'cookie', token }
}

/** The member who sent a request with these headers; null without a valid session. */
export async function authenticate(
  sessions: Pick<Sessions, 'verify'>,
  headers: Headers,
): Promise<KnownMember | null> {
  const credential = credentialOf(headers)
  return credential.kind === 'none' ? null : await sessions.verify(credential.token)
}
