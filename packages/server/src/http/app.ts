// The HTTP border: every route, its guards, and the built client.
//
// Guarantees: answers of /api are JSON and errors `{error: {code, message, retryable}}`; nothing is changed on
// behalf of a foreign page; who asks is checked in each route, what they may do by the rooms.
// Leaves to others: rooms (a port), signing (access/), the socket, and listening.
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
  /** What may be asked here. Rejects with a Refusal. */
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
  /** What making a room needs; undefined: nothing. */
  readonly startCode: StartCode | undefined
  readonly trustProxy: number | false
  /** In which everything that reads much has its turn. */
  readonly turns: Turns
  /** What members write is taken from, bytes. */
  readonly written: Allowance
  readonly operator: OperatorPort
  /** Whether programs on this machine are shown the figures here; not where the operator has a listener. */
  readonly measuresInPublic: boolean
  /** Hears of every call that was refused. */
  readonly onRefused: (code: ErrorCode) => void
}

const BODY_LIMIT = '128kb'
/** Sessions begun and invites tried by one address, in a minute. */
const TRIES_PER_MINUTE = 300
/** Calls of one member in a minute; of those, rooms made, exports, and searches. */
const CALLS_PER_MINUTE = 120
/** Calls of one address in a minute, with or without a session: of all members in a large office. */
const CALLS_PER_ADDRESS = 3000
const ROOMS_PER_MINUTE = 20
const EXPORTS_PER_MINUTE = 20
const SEARCHES_PER_MINUTE = 60
/** Streams that check the way here, to one address in a minute. */
const CHECKS_PER_MINUTE = 30
/** Wrong start codes in a minute: of one address, and of all. */
const WRONG_CODES = { perAddress: 10, all: 300 }

/** Makes the application; the caller puts it behind an HTTP server. */
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
  // Open to all, so that the first page can already say whether answers are simulated.
  api.get('/models', async (_request, response) => void response.json(await models()))
  api.use(notFound)
  app.use('/api', api)

  // Those that are upgrades never come here.
  app.use('/socket.io', () => {
    throw new Refusal('bad-request', 'Use the WebSocket transport.')
  })

  app.use(clientFiles(clientDirectory), clientPage(clientDirectory), notFound)
  app.use(handleErrors(logger, options.onRefused))
  return app
}

/**
 * A response that waits behind others of its connection does not hear that the connection has ended: Node tells the one that is being
 * written. Whatever it holds (a place among exports, a stream) would be held for good.
 */
const endWithConnection: RequestHandler = ({ socket }, response, next) => {
  const end = () => response.destroy()
  // As many as requests are sent ahead, which Node bounds.
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
