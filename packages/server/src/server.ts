// Builds one node and takes it down again. Every port gets its adapter here, and nowhere else.
import { createServer, type Server as HttpServer } from 'node:http'
import { randomBytes, randomInt } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { errorBody } from '@roomcast/shared/protocol'
import { addressOf } from './access/address.ts'
import { Allowance } from './access/allowance.ts'
import { authenticate } from './access/authenticate.ts'
import { servedNames } from './access/host.ts'
import { Invites } from './access/invite.ts'
import { mayAct } from './access/origin.ts'
import { KnownAddresses } from './access/known-addresses.ts'
import { Sessions } from './access/session.ts'
import { StartCode } from './access/start-code.ts'
import { Tokens } from './access/tokens.ts'
import { monotonicSeconds, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { EventStreams } from './events/event-streams.ts'
import { ClaudeSdk } from './generation/claude-sdk.ts'
import { Generations } from './generation/generations.ts'
import { keepRecovering } from './generation/recovering.ts'
import { ModelCatalog } from './generation/model-catalog.ts'
import { reportEnd } from './generation/report.ts'
import { watchHealth } from './health/node-health.ts'
import { StorageWatch } from './health/storage-watch.ts'
import { createApp } from './http/app.ts'
import { createOperatorApp } from './http/operator-routes.ts'
import type { Logger } from './logger.ts'
import { Metrics } from './metrics/metrics.ts'
import { everybody } from './room/connection.ts'
import { Rooms } from './room/rooms.ts'
import { Turns } from './room/turns.ts'
import { startSimulatedClaude } from './simulated-claude.ts'
import { Gateway } from './socket/gateway.ts'
import { RunningLimits } from './spending/running-limits.ts'
import { Spending } from './spending/spending.ts'
import { openStorage } from './storage.ts'

/** Limits on commands per minute, all connections together; a burst may be as large. */
const COMMANDS = { perMember: 1200, perAddress: 12_000 }
/** Limits on bytes of commands and request bodies per minute, since they end up on disk. */
const WRITTEN = { perMember: 8 * 1024 * 1024, perAddress: 32 * 1024 * 1024 }
/** How long a node that shuts down takes to send its connections to other nodes, ms; less if it must exit earlier. */
const SEND_AWAY_MS = 5000
const UNKNOWN_ADDRESS = 'unknown'
const TOO_MANY_QUESTIONS =
  'Too many questions in a minute, from you or from your network; wait a moment.'
const CLIENT_DIRECTORY = fileURLToPath(new URL('../../client/dist', import.meta.url))

export interface Server {
  /** The address it listens on, such as `http://127.0.0.1:3000`. */
  readonly url: string
  /** The address of the operator's own listener, if there is one. */
  readonly operatorUrl: string | null
  readonly simulated: boolean
  /** Ends all answers on this node, and makes no request to Claude until the program restarts. Idempotent. */
  stopSpending(): void
  /** Refuses new generations, waits a while for running ones, ends the rest, closes everything. Idempotent. */
  close(patienceMs?: number): Promise<void>
}

/**
 * Starts a node: storage, Claude, rooms, HTTP and sockets, in this order.
 * @throws DataInUse if another process has the data directory; or any error of the system
 */
export async function startServer(config: Config, logger: Logger): Promise<Server> {
  const clock = systemClock
  const newId = () => randomBytes(16).toString('base64url')
  const chance = () => randomInt(1_000_000) / 1_000_000
  const storage = await openStorage(config, {
    clock,
    newId,
    random: randomBytes,
    logger,
    onLost: () => metrics.epochRotated(),
    onReasserted: (written, missing) => metrics.reasserted(written, missing),
    onRepairFailed: () => metrics.repairFailed(),
    onScriptFault: (_script, fault) => metrics.scriptFailed(fault),
  })
  const { presence } = storage
  let draining = false
  const probeAgeMs = () => storage.probeAgeMs()
  const health = watchHealth({
    clock,
    ping: () => storage.ping(),
    probeAgeMs,
    isDraining: () => draining,
  })
  const metrics: Metrics = new Metrics({
    seconds: monotonicSeconds,
    readings: {
      watchers: () => ({ socket: gateway.size, events: events.size }),
      rooms: () => rooms.size,
      generations: () => generations.size,
      probeAgeMs,
      ready: () => health.readiness().ready,
      loopLagMs: health.loopLagMs,
    },
  })
  const log = metrics.ofLog(storage.log)
  const tokens = new Tokens(storage.signingKey, clock)
  const sessions = new Sessions(tokens, randomBytes, config.sessionDays)
  const invites = new Invites(tokens, clock, config.inviteDays)

  const upstream = await openUpstream(config)
  const claude = new ClaudeSdk({
    ...upstream,
    firstEventMs: config.firstEventMs,
    silenceMs: config.silenceMs,
  })
  const catalog = new ModelCatalog({
    claude,
    clock,
    defaultModel: config.model,
    simulated: upstream.simulated,
    onLoaded: (isFirstTry) => {
      if (!isFirstTry) logger.info('the list of models is known')
    },
    onUnread: (err) =>
      logger.warn({ err }, 'the list of models could not be read; only MODEL can be asked'),
  })
  await catalog.open()

  const addresses = new KnownAddresses()
  const running = new RunningLimits({
    perNode: config.maxRunning,
    perMember: config.maxRunningPerMember,
    perAddress: config.maxRunningPerAddress,
    // Unknown addresses count as one address, so the limit also covers questions queued by other nodes or before a
    // restart.
    addressOf: (memberId) => addresses.of(memberId) ?? UNKNOWN_ADDRESS,
    clock,
  })
  const spending = new Spending({
    store: storage.spent,
    clock,
    dailyTokens: config.dailyTokens,
    isOff: config.spendingOff,
    onError: (err) => logger.warn({ err }, 'spent tokens could not be charged; they will be'),
  })
  await spending.open()
  const questions = new Allowance(clock, {
    perMember: config.questionsPerMember,
    perAddress: config.questionsPerAddress,
  })
  const refuseNew = (memberId: string) => {
    if (draining) return errorBody('shutting-down')
    const refusal = spending.refusal()
    if (refusal) return refusal
    const asker = { memberId, address: addresses.of(memberId) ?? UNKNOWN_ADDRESS }
    return questions.take(asker) ? null : errorBody('rate-limited', TOO_MANY_QUESTIONS)
  }

  const generations = new Generations({
    log,
    claude,
    clock,
    newId,
    chance,
    limits: config,
    maxTokens: config.maxTokens,
    promptTokens: config.promptTokens,
    thinking: config.thinking,
    models: () => catalog.models,
    hold: (by) => {
      const place = running.hold(by)
      return () => place.release()
    },
    mayGoOn: (by) => spending.refusal() === null && running.mayGoOn(by),
    onAsk: ({ generationId }, tokens) => spending.asks(generationId, tokens),
    onFinished: (started, finished) => {
      metrics.generationFinished(started, finished)
      const { generationId } = started
      spending.finished(generationId, finished.attempts > 0, finished.usage)
      reportEnd(logger, started, finished)
    },
    onError: ({ roomId, generationId }, err) => {
      // Its usage is unknown: the estimate of its prompt stays charged.
      spending.lost(generationId)
      logger.error({ roomId, generationId, err }, 'a generation could not be ended')
    },
  })

  const http = createServer()
  metrics.watchServer(http)
  const commands = new Allowance(clock, COMMANDS)
  const written = new Allowance(clock, WRITTEN)
  const isServed = servedNames(config.host, config.allowedOrigins)
  const gateway = new Gateway({
    http,
    clock,
    refuse: (request) => {
      if (!isServed(request)) return errorBody('host-refused')
      const isOurs = mayAct(request.headers, config.allowedOrigins)
      return isOurs ? null : errorBody('origin-refused')
    },
    addressOf: (request) => addressOf(request, config.trustProxy),
    authenticate: (token, request) =>
      token === undefined ? authenticate(sessions, request.headers) : sessions.verify(token),
    mayCommand: (sender, bytes) => {
      if (sender.memberId !== null) addresses.note(sender.memberId, sender.address)
      return commands.take(sender) && written.take(sender, bytes)
    },
    onCommand: (type) => metrics.command(type),
    onRefused: (code) => metrics.refused('socket', code),
    onEnded: (why) => metrics.connectionEnded(why),
    onError: (command, err) => logger.error({ command, err }, 'a command failed'),
  })
  const events = new EventStreams({ clock, newId, chance })
  const turns = new Turns({ clock, milliseconds: () => monotonicSeconds() * 1000 })
  const rooms = new Rooms({
    log,
    presence,
    fanOut: metrics.ofFanOut(everybody(gateway, events)),
    clock,
    turns,
    newId,
    defaultModel: config.model,
    stopAsking: (stop) => generations.cancel(stop),
    knowsMember: (...whose) => generations.knowsMember(...whose),
    requireModel: (model) => catalog.require(model),
    run: (started) => generations.run(started),
    refuseNew,
    takePlace: (by) => running.take(by),
    onCorrected: (screens) => metrics.corrected(screens),
    onError: (roomId, err) => logger.error({ roomId, err }, 'a room could not be read'),
  })
  const storageWatch = new StorageWatch({
    clock,
    ask: () => storage.askToSave(),
    catchUp: () => storage.catchUp(),
    onChange: (trouble) => {
      if (trouble) logger.warn({ code: trouble.code }, 'nothing can be saved; members are told')
      else logger.info('it can be saved again; members are told')
      rooms.storageIs(trouble)
    },
  })
  storageWatch.start()
  const operator = { readiness: health.readiness, metrics: () => metrics.exposition() }
  const operatorHttp =
    config.operatorPort === undefined ? null : createServer(createOperatorApp(operator, logger))
  http.on(
    'request',
    createApp({
      sessions,
      invites,
      rooms,
      events,
      models: () => Promise.resolve(catalog.list()),
      clientDirectory: CLIENT_DIRECTORY,
      isServed,
      logger,
      clock,
      allowedOrigins: config.allowedOrigins,
      publicUrl: config.publicUrl,
      startCode: config.startCode === undefined ? undefined : new StartCode(config.startCode),
      trustProxy: config.trustProxy,
      written,
      turns,
      operator,
      measuresInPublic: operatorHttp === null,
      onRefused: (code) => metrics.refused('http', code),
    }),
  )

  const stopRecovering = await keepRecovering({
    log,
    clock,
    newId,
    run: (started) => generations.run(started),
    choose: (waiting) => (spending.refusal() === null ? running.choose(waiting) : []),
    onLooked: () => running.keepPromises(),
    // A storage that is away is reported elsewhere.
    onError: (err) =>
      logger.debug({ err }, 'storage could not be asked for what has lost its node'),
  })
  gateway.open(rooms)
  events.open(rooms)
  if (operatorHttp) await listen(operatorHttp, config.operatorPort, config.operatorHost)
  await listen(http, config.port, config.host)
  const { port } = http.address() as AddressInfo
  logger.info({ port, pid: process.pid, simulated: upstream.simulated }, 'the node is open')

  const closeAll = async (patienceMs: number): Promise<void> => {
    draining = true
    const began = clock.now()
    const until = began + patienceMs
    const recovered = stopRecovering()
    // With other nodes, clients need not wait here to be served.
    const leaving = storage.isShared ? gateway.sendAway(Math.min(patienceMs, SEND_AWAY_MS)) : null
    await Promise.all([generations.drain(patienceMs), leaving])
    await Promise.all([gateway.close(), events.close(), recovered])
    // Nobody can ask any more; a question from a moment ago has the rest of the time.
    await generations.drain(Math.max(0, until - clock.now()))
    await rooms.close()
    catalog.close()
    await upstream.close()
    await spending.close()
    health.close()
    storageWatch.close()
    await storage.close()
    operatorHttp?.closeAllConnections()
    operatorHttp?.close()
    logger.info({ ms: clock.now() - began }, 'the node has gone down')
  }
  let closing: Promise<void> | null = null
  return {
    url: urlOf(http, config.host),
    operatorUrl: operatorHttp && urlOf(operatorHttp, config.operatorHost),
    simulated: upstream.simulated,
    stopSpending: () => {
      spending.off()
      generations.stopSpending()
      logger.warn('spending was switched off: all answers end, and none begins')
    },
    close: (patienceMs = config.shutdownMs) => {
      // A second call without patience stops the wait for running answers.
      if (closing && patienceMs === 0) void generations.drain(0)
      return (closing ??= closeAll(patienceMs))
    },
  }
}

/** Connects to Claude, or without a key to the simulated Claude, which speaks the same API. */
async function openUpstream(config: Config): Promise<{
  apiKey: string
  baseUrl: string
  simulated: boolean
  close: () => Promise<void>
}> {
  const { claude } = config
  if (claude.kind === 'api') {
    const baseUrl = claude.baseUrl ?? 'https://api.anthropic.com'
    return { apiKey: claude.apiKey, baseUrl, simulated: false, close: () => Promise.resolve() }
  }
  const { url, close } = await startSimulatedClaude(claude)
  return { apiKey: 'simulated', baseUrl: url, simulated: true, close }
}

/** Resolves when connections are accepted. @throws any error of the system, such as a port in use */
function listen(http: HttpServer, port: number | undefined, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, resolve)
  })
}

function urlOf(http: HttpServer, host: string): string {
  const { port } = http.address() as AddressInfo
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`
}
