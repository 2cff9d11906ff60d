// /api/session: the member behind this browser's session.
import { Router, type Request, type Response } from 'express'
import { sessionRequestSchema, type Session } from '@roomcast/shared/protocol'
import { authenticate, credentialOf } from '../access/authenticate.ts'
import { sessionCookie } from '../access/cookie.ts'
import type { Sessions } from '../access/session.ts'
import type { TokenBucket } from '../access/token-bucket.ts'
import { isSecure, ownOrigin, perAddress, requireMember, type Who } from './guards.ts'
import { parseBody } from './parse.ts'

interface SessionRoutesOptions {
  readonly sessions: Sessions
  readonly who: Who
  readonly publicUrl: string | undefined
  readonly bucket: TokenBucket
}

const [byKeySchema, byNameSchema] = sessionRequestSchema.options

export function sessionRoutes({ sessions, who, publicUrl, bucket }: SessionRoutesOptions): Router {
  const router = Router()

  async function begin(request: Request): Promise<Session> {
    const body: unknown = request.body
    if (typeof body === 'object' && body !== null && 'key' in body) {
      return await sessions.redeem(parseBody(request, byKeySchema).key)
    }
    const { name } = parseBody(request, byNameSchema)
    const known = await authenticate(sessions, request.headers)
    return known ? await sessions.renew({ ...known, name }) : await sessions.start(name)
  }

  function setCookie(request: Request, response: Response, token: string): void {
    response.append(
      'Set-Cookie',
      sessionCookie(token, sessions.lifetimeMs, isSecure(request, publicUrl)),
    )
  }

  router.post('/', perAddress(bucket), async (request, response) => {
    const session = await begin(request)
    setCookie(request, response, session.token)
    response.json(session)
  })

  router.get('/', async (request, response) => {
    // Being a stranger is an answer, not an error: every new visitor's page asks.
    const member = await who(request)
    // Renewed on every visit, so that regular visitors stay signed in.
    if (member && credentialOf(request.headers).kind === 'cookie') {
      setCookie(request, response, (await sessions.renew(member)).token)
    }
    response.json({ member: member && { memberId: member.memberId, name: member.name } })
  })

  router.post('/link', async (request, response) => {
    const key = await sessions.linkKey(await requireMember(who, request))
    response.json({ url: `${ownOrigin(request, publicUrl)}/back/${key}` })
  })

  return router
}
