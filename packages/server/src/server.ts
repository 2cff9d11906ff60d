// Puts one node together and takes it apart again. Every port gets its adapter here, and nowhere else.
import { createServer } from 'node:http'
import { randomBytes, randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorBody } from '@roomcast/shared/protocol'
import { authenticate } from './access/authenticate.ts'
import { Invites } from './access/invite.ts'
import { mayAct } from './access/origin.ts'
import { Sessions } from './access/session.ts'
import { loadSigningKey } from './access/signing-key.ts'
import { TokenBucket } from './access/token-bucket.ts'
import { Tokens } from './access/tokens.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { EventStreams } from './events/event-streams.ts'
import { ClaudeSdk } from './generation/claude-sdk.ts'
import { Generations } from './generation/generations.ts'
import { ModelCatalog } from './generation/model-catalog.ts'
import { createApp } from './http/app.ts'
import { openSqliteRoomLog } from './log/sqlite/sqlite-room-log.ts'
import type { Logger } from './logger.ts'
import { MemoryPresence } from './presence/memory-presence.ts'
import { everybody } from './room/connection.ts'
import { Rooms } from './room/rooms.ts'
import { startSimulator } from './simulator/simulator.ts'
import { Gateway } from './socket/gateway.ts'

/** Commands a member may send in a minute, all connections together; a burst may be as long. */
const COMMANDS_PER_MINUTE = 1200
const CLIENT_DIRECTORY = fileURLToPath(new URL('../../client/dist', import.meta.url))

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string
  readonly simulated: boolean
  /** Refuses new generations, lets running ones finish for a while, ends the rest, closes everything. Idempotent. */
  close(patienceMs?: number): Promise<void>
}

/**
 * Starts a node: storage, Claude, rooms, HTTP and sockets, in this order.
 * @throws DataInUse when another process has the data directory; or what the system refuses
 */
export async function startServer(config: Config, logger: Logger): Promise<Server> {
  const clock = systemClock
  const newId = () => randomBytes(16).toString('base64url')
  const chance = () => randomInt(1_000_000) / 1_000_000
  await mkdir(config.dataDirectory, { recursive: true })
  const log = await openSqliteRoomLog({
    path: join(config.dataDirectory, 'roomcast.sqlite'),
    clock,
    newId,
    onFollowerError: (err) => logger.error({ err }, 'a follower of a room failed'),
  })
  const tokens = new Tokens(await loadSigningKey(config.dataDirectory, randomBytes), clock)
  const sessions = new Sessions(tokens, randomBytes, config.sessionDays)
  const invites = new Invites(tokens, config.inviteDays)

  const upstream = await openUpstream(config)
  const claude = new ClaudeSdk({
    ...upstream,
    firstEventMs: config.firstEventMs,
    silenceMs: config.silenceMs,
  })
  const catalog = new ModelCatalog(claude, config.model, upstream.simulated)
  catalog
    .load()
    .catch((err: unknown) => logger.warn({ err }, 'the list of models could not be read'))

  const generations = new Generations({
    log,
    claude,
    clock,
    newId,
    chance,
    limits: config,
    maxTokens: config.maxTokens,
    promptTokens: config.promptTokens,
    models: () => catalog.models,
    onFinished: ({ roomId, generationId, number }, { ended, attempts }) =>
      logger.info(
        {
          roomId,
          generationId,
          number,
          attempt: attempts,
          ...(ended ? { outcome: ended.outcome, end: ended.end } : {}),
          ...(ended?.error ? { code: ended.error.code } : {}),
        },
        'a generation ended',
      ),
    onError: ({ roomId, generationId }, err) =>
      logger.error({ roomId, generationId, err }, 'a generation could not be ended'),
  })

  const http = createServer()
  const presence = new MemoryPresence(clock)
  const commands = new TokenBucket(clock, COMMANDS_PER_MINUTE)
  const gateway = new Gateway({
    http,
    clock,
    allowRequest: (request) => mayAct(request.headers, config.allowedOrigins),
    authenticate: (token, request) =>
      token === undefined ? authenticate(sessions, request.headers) : sessions.verify(token),
    mayCommand: (memberId) => commands.take(memberId),
    onError: (command, err) => logger.error({ command, err }, 'a command failed'),
  })
  const events = new EventStreams({ clock, newId, chance })
  let draining = false
  const rooms = new Rooms({
    log,
    presence,
    fanOut: everybody(gateway, events),
    clock,
    newId,
    defaultModel: config.model,
    knowsModel: (model) => catalog.knows(model),
    run: (started) => generations.run(started),
    refuseNew: () => (draining ? errorBody('shutting-down') : null),
    onError: (roomId, err) => logger.error({ roomId, err }, 'a room could not be read'),
  })
  http.on(
    'request',
    createApp({
      sessions,
      invites,
      rooms,
      events,
      models: () => Promise.resolve(catalog.list()),
      clientDirectory: CLIENT_DIRECTORY,
      logger,
      clock,
      allowedOrigins: config.allowedOrigins,
      publicUrl: config.publicUrl,
      trustProxy: config.trustProxy,
      isReady: () => !draining,
    }),
  )

  for (const started of await log.recover(newId)) generations.run(started)
  gateway.open(rooms)
  events.open(rooms)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(config.port, config.host, resolve)
  })

  const closeAll = async (patienceMs: number): Promise<void> => {
    draining = true
    await generations.drain(patienceMs)
    await Promise.all([gateway.close(), events.close()])
    http.closeAllConnections()
    await rooms.close()
    presence.close()
    await upstream.close()
    await log.close()
  }
  let closing: Promise<void> | null = null
  return {
    url: urlOf(http.address() as AddressInfo, config.host),
    simulated: upstream.simulated,
    close: (patienceMs = config.shutdownMs) => (closing ??= closeAll(patienceMs)),
  }
}

/** Claude itself, or without a key the simulator, which is reached the same way. */
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
  const seed = claude.seed === undefined ? {} : { seed: claude.seed }
  const simulator = await startSimulator({ pace: claude.pace, ...seed })
  return {
    apiKey: 'simulated',
    baseUrl: simulator.url,
    simulated: true,
    close: () => simulator.close(),
  }
}

function urlOf({ port }: AddressInfo, host: string): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`
}
