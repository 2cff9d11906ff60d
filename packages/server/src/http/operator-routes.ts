// /livez, /readyz and /metrics: what the operator's programs ask, without a session. On the public listener, and on one
// of the operator's own where there is one.
import type { IncomingMessage } from 'node:http'
import express, { type Express, Router } from 'express'
import { Refusal } from '@roomcast/shared/protocol'
import type { Readiness } from '../health/health.ts'
import type { Logger } from '../logger.ts'
import { handleErrors, refuse } from './errors.ts'

export interface OperatorPort {
  /** Whether new work may be sent here, and if not, why. */
  readonly readiness: () => Readiness
  /** All figures as they are now. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
}

/**
 * The three addresses.
 * @param mayMeasure who is shown the figures; for everybody else there is no such address
 */
export function operatorRoutes(
  { readiness, metrics }: OperatorPort,
  mayMeasure: (request: IncomingMessage) => boolean,
): Router {
  const router = Router()
  router.use(['/livez', '/readyz', '/metrics'], (_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  router.get('/livez', (_request, response) => void response.json({ live: true }))
  router.get('/readyz', (_request, response) => {
    const state = readiness()
    response.status(state.ready ? 200 : 503).json(state)
  })
  router.get('/metrics', async (request, response) => {
    if (!mayMeasure(request)) throw new Refusal('not-found')
    const { contentType, text } = await metrics()
    response.set('Content-Type', contentType).end(text)
  })
  return router
}

/** Makes the application of the operator's own listener: the three addresses for whoever reaches it, and nothing else. */
export function createOperatorApp(port: OperatorPort, logger: Logger): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(operatorRoutes(port, () => true))
  app.use((_request, response) => refuse(response, new Refusal('not-found')))
  app.use(handleErrors(logger))
  return app
}

/** What proxies add to a request that they pass on. */
const PASSED_ON = /^(forwarded|via|x-forwarded-.+|x-real-ip)$/
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Whether a program on this machine sent a request, and sent it to this machine by name: not a proxy that passes on
 * what came from elsewhere, nor a page whose name was made to point here.
 */
export function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) return false
  if (Object.keys(headers).some((name) => PASSED_ON.test(name))) return false
  return LOOPBACK_HOST.test(headers.host ?? '')
}
