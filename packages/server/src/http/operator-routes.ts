// /livez, /readyz and /metrics: for the operator's programs, without a session. On the public listener, and on the
// operator's own listener if there is one.
import type { IncomingMessage } from 'node:http'
import express, { type Express, Router } from 'express'
import { Refusal } from '@roomcast/shared/protocol'
import type { Readiness } from '../health/health.ts'
import type { Logger } from '../logger.ts'
import { handleErrors, refuse } from './errors.ts'

export interface OperatorPort {
  /** Whether this node accepts new work, and if not, why. */
  readonly readiness: () => Readiness
  /** All current metrics. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
}

/**
 * The three routes.
 * @param mayMeasure whether a request may read the metrics; to all others the route does not exist
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

/** Creates the application of the operator's own listener: the three routes, for everyone who can reach it. */
export function createOperatorApp(port: OperatorPort, logger: Logger): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(operatorRoutes(port, () => true))
  app.use((_request, response) => refuse(response, new Refusal('not-found')))
  app.use(handleErrors(logger))
  return app
}

/** Headers that proxies add to a forwarded request. */
const PASSED_ON = /^(forwarded|via|x-forwarded-.+|x-real-ip)$/
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Whether a request comes from a program on this machine and names this machine as its host: not from a proxy that
 * forwards others' requests, nor from a page whose domain was made to resolve to this machine.
 */
export function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) return false
  if (Object.keys(headers).some((name) => PASSED_ON.test(name))) return false
  return LOOPBACK_HOST.test(headers.host ?? '')
}
