// The HTTP border: every route, its guards, and the built client.
//
// Guarantees: responses of /api are JSON, and errors are `{error: {code, message, retryable}}`; no foreign page can
// change anything; each route checks who is asking, and the rooms check what that member may do.
// Left to others: rooms (a port), signing (access/), the socket, and listening.
import express, { type Express, type RequestHandler } from 'express'
import type { Clock } from '@roomcast/shared/clock'
import { type ErrorCode, Refusal, type Models } from '@roomcast/shared/protocol'
import type { Allowance } from '../access/allowance.ts'
import type { SentTo } from '../access/host.ts'
import type { Invites } from '../access/invite.ts'
import type { Sessions } from '../access/session.ts'
import type { StartCode } from '../access/start-code.ts'
import { TokenBucket } from '../access/token-bucket.ts'
import type { Logger } from '../logger.ts'
import { clientFiles, clientPage } from './client-pages.ts'
import { handleErrors, refuse } from './errors.ts'
import { eventRoutes, type EventsPort } from './event-routes.ts'
import {
  noteBody,
  ownNamesOnly,
  ownPagesOnly,
  perAddress,
  securityHeaders,
  whoAsks,
} from './guards.ts'
import { isFromThisMachine, type OperatorPort, operatorRoutes } from './operator-routes.ts'
import { proxyCheckRoute } from './proxy-check-route.ts'
import { inviteRoutes, roomRoutes } from './room-routes.ts'
import type { Turns } from '../room/turns.ts'
import type { RoomsPort } from './rooms-port.ts'
import { sessionRoutes } from './session-routes.ts'

export interface AppOptions {
  readonly sessions: Sessions
  readonly invites: Invites
  readonly rooms: RoomsPort
  readonly events: EventsPort
  /** The available models. Rejects with a Refusal. */
  readonly models: () => Promise<Models>
  /** Absolute path of the built client; need not exist. */
  readonly clientDirectory: string
  readonly logger: Logger
  readonly clock: Clock
  /** See `servedNames`. */
  readonly isServed: (request: SentTo) => boolean
  /** The next three: see Config. */
  readonly allowedOrigins: readonly string[]
  readonly publicUrl: string | undefined
  /** The code that creating a room requires; undefined: none. */
  readonly startCode: StartCode | undefined
  readonly trustProxy: number | false
  /** The queue for expensive reads. */
  readonly turns: Turns
  /** The limit on bytes that members write. */
  readonly written: Allowance
  readonly operator: OperatorPort
  /** Whether programs on this machine may read the metrics here; false if the operator has a separate listener. */
  readonly measuresInPublic: boolean
  /** Called for every refused call. */
  readonly onRefused: (code: ErrorCode) => void
}

const BODY_LIMIT = '128kb'
/** Limit per address and minute on new sessions, and on invites tried. */
const TRIES_PER_MINUTE = 300
/** Limits per member and minute: on all calls, and among them on new rooms, exports and searches. */
const CALLS_PER_MINUTE = 120
/** Limit per address and minute on calls, with or without a session: enough for all members in a large office. */
const CALLS_PER_ADDRESS = 3000
const ROOMS_PER_MINUTE = 20
const EXPORTS_PER_MINUTE = 20
const SEARCHES_PER_MINUTE = 60
/** Limit per address and minute on proxy-check streams. */
const CHECKS_PER_MINUTE = 30
/** Limits per minute on wrong start codes: per address, and in total. */
const WRONG_CODES = { perAddress: 10, all: 300 }

/** Creates the application; the caller puts it behind an HTTP server. */
export function createApp(options: AppOptions): Express {
  const { sessions, invites, rooms, models, clientDirectory, logger, clock, publicUrl, turns } =
    options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', options.trustProxy)
  app.set('query parser', 'simple')

  app.use(endWithConnection)
  app.use(securityHeaders(publicUrl), logRequests(logger, clock))

  const mayMeasure = options.measuresInPublic ? isFromThisMachine : () => false
  app.use(operatorRoutes(options.operator, mayMeasure))

  app.use(ownNamesOnly(options.isServed))

  const perMinute = (times: number) => new TokenBucket(clock, times)
  const api = express.Router()
  api.use(noStore, perAddress(perMinute(CALLS_PER_ADDRESS)), ownPagesOnly(options.allowedOrigins))
  api.use(express.json({ limit: BODY_LIMIT, inflate: false, verify: noteBody }))
  const who = whoAsks(sessions, perMinute(CALLS_PER_MINUTE), options.written)
  const tries = perMinute(TRIES_PER_MINUTE)
  api.use('/session', sessionRoutes({ sessions, who, publicUrl, bucket: tries }))
  const making = perMinute(ROOMS_PER_MINUTE)
  const exporting = perMinute(EXPORTS_PER_MINUTE)
  const searching = perMinute(SEARCHES_PER_MINUTE)
  const start = {
    code: options.startCode,
    wrong: perMinute(WRONG_CODES.perAddress),
    wrongOfAll: perMinute(WRONG_CODES.all),
  }
  const buckets = { making, exporting, searching }
  api.use('/rooms', roomRoutes({ who, invites, rooms, publicUrl, start, turns, ...buckets }))
  api.use('/rooms', proxyCheckRoute(clock, perMinute(CHECKS_PER_MINUTE)))
  const { events, allowedOrigins } = options
  api.use('/rooms', eventRoutes({ who, events, allowedOrigins }))
  api.use('/invites', inviteRoutes({ who, invites, rooms }, perMinute(TRIES_PER_MINUTE)))
  // Open to all, so that the first page can already show whether answers are simulated.
  api.get('/models', async (_request, response) => void response.json(await models()))
  api.use(notFound)
  app.use('/api', api)

  // Upgrade requests never reach this handler.
  app.use('/socket.io', () => {
    throw new Refusal('bad-request', 'Use the WebSocket transport.')
  })

  app.use(clientFiles(clientDirectory), clientPage(clientDirectory), notFound)
  app.use(handleErrors(logger, options.onRefused))
  return app
}

/**
 * Node reports the end of a connection only to the response being written. A pipelined response that waits behind it
 * would never hear of it, and would hold its resources (an export's share, a stream) for good.
 */
const endWithConnection: RequestHandler = ({ socket }, response, next) => {
  const end = () => response.destroy()
  // One listener per pipelined request, a number that Node bounds.
  socket.setMaxListeners(0)
  socket.once('close', end)
  response.once('close', () => socket.off('close', end))
  next()
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}

const notFound: RequestHandler = (_request, response) => {
  refuse(response, new Refusal('not-found'))
}

function logRequests(logger: Logger, clock: Pick<Clock, 'now'>): RequestHandler {
  return (request, response, next) => {
    const began = clock.now()
    const { method, originalUrl: path } = request
    const level = path.startsWith('/api/') ? 'info' : 'debug'
    response.once('close', () => {
      const ms = clock.now() - began
      logger[level]({ method, path, status: response.statusCode, ms }, 'answered a request')
    })
    next()
  }
}
