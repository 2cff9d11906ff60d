// The session cookie: with it, pages need not keep the token where scripts can read it.
import { parseCookie, stringifySetCookie } from 'cookie'

const NAME = 'roomcast'

/** The value of Set-Cookie for a session token. `secure`: the request came over https. */
export function sessionCookie(token: string, lifetimeMs: number, secure: boolean): string {
  return stringifySetCookie({
    name: NAME,
    value: token,
    maxAge: Math.floor(lifetimeMs / 1000),
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
  })
}

/** The session token in a Cookie header, if there is one. */
export function tokenInCookie(header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[NAME] || undefined
}
