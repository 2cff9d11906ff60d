/**
 * A server for the Messages API's wire format without a model behind it, for development, demonstrations and tests.
 * Owns the listening socket and the routes; everything outside this package reaches it over HTTP and imports only this
 * file.
 * It requires a key (any), never checks it, and never keeps it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from './body.ts'
import { loadLibrary } from './content.ts'
import { parseChoice, type Choice } from './directive.ts'
import { notFound, type ApiError } from './errors.ts'
import {
  answerCountTokens,
  answerMessages,
  sendError,
  sendJson,
  type MessagesContext,
} from './messages.ts'
import { listModels, retrieveModel, type Listed } from './models.ts'
import { Outlet } from './outlet.ts'
import { realTiming, type PaceOption, type Timing } from './pace.ts'
import { PromptCache } from './prompt-cache.ts'
import { seededRandom, seedFrom } from './random.ts'
import { RequestLog, type RequestRecord, type Stats } from './record.ts'
import { matchRoute, type Route } from './routes.ts'
import { SCENARIOS } from './scenarios.ts'
import { Tally } from './tally.ts'

export type { RequestRecord, Stats } from './record.ts'
export { SCENARIOS, type Scenario } from './scenarios.ts'

export type SimulatorOptions = {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** The same seed and requests give the same bytes. Default 1. */
  readonly seed?: number
  /** Default `real`. */
  readonly pace?: PaceOption
  /** The default choice, if neither path nor message makes one, in the grammar of `directive.ts`. */
  readonly scenario?: string
  /** The number of request records to keep. Default 500. */
  readonly keep?: number
  readonly timing?: Timing
}

export type Simulator = {
  /** Base URL for a client of the API, such as `http://127.0.0.1:4010`. */
  readonly url: string
  readonly port: number
  /** The base URL under which every message gets this scenario, such as `stall after=10`. */
  urlFor(scenario: string): string
  /** The recorded requests, oldest first; the objects change while their requests run. */
  readonly requests: readonly RequestRecord[]
  readonly stats: Stats
  /** Forgets records, attempts and cached prompts. */
  reset(): void
  /** Ends running answers abruptly and stops listening. */
  close(): Promise<void>
}

/** Limit on the conversations whose attempts are remembered. */
const REMEMBERED_KEYS = 10_000

/** @throws if the port is in use, or the scenario is unknown. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const running = new RunningSimulator(options)
  await running.listen(options.host ?? '127.0.0.1', options.port ?? 0)
  return running
}

class RunningSimulator implements Simulator {
  readonly #context: MessagesContext
  readonly #log: RequestLog
  readonly #outlets = new Set<Outlet>()
  readonly #server = createServer({ noDelay: true, keepAliveTimeout: 65_000 })
  #number = 0

  constructor(options: SimulatorOptions) {
    const { choice, unknown } = parseChoice(options.scenario ?? '')
    if (unknown.length > 0) throw new RangeError(`not a scenario or setting: ${unknown.join(' ')}`)
    this.#log = new RequestLog(options.keep ?? 500)
    this.#context = {
      seed: options.seed ?? 1,
      pace: options.pace ?? 'real',
      defaultChoice: choice,
      library: loadLibrary(),
      cache: new PromptCache(),
      tally: new Tally(REMEMBERED_KEYS),
      timing: options.timing ?? realTiming,
    }
    this.#server.on('request', (request, response) => void this.#serve(request, response))
  }

  get port(): number {
    return this.#address.port
  }

  get url(): string {
    const { address, family, port } = this.#address
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  get requests(): readonly RequestRecord[] {
    return this.#log.records
  }

  get stats(): Stats {
    return this.#log.stats
  }

  urlFor(scenario: string): string {
    return `${this.url}/s/${encodeURIComponent(scenario)}`
  }

  reset(): void {
    this.#log.reset()
    this.#context.tally.clear()
    this.#context.cache.clear()
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const outlet of this.#outlets) outlet.shutDown()
      this.#server.closeAllConnections()
    })
  }

  get #address(): AddressInfo {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return address
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = matchRoute(request.method ?? 'GET', request.url ?? '/')
    if (route.kind === 'control') return this.#control(route, response)
    const { timing } = this.#context
    this.#number += 1
    const record = this.#log.open({
      id: `req_011C${seededRandom(seedFrom(this.#context.seed, this.#number)).letters(20)}`,
      number: this.#number,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      startedAt: timing.now(),
      headers: request.headers,
    })
    const outlet = new Outlet(response, record, this.#log, timing)
    this.#outlets.add(outlet)
    response.once('close', () => this.#outlets.delete(outlet))
    try {
      const refused = await this.#readInto(record, request)
      if (outlet.closed.aborted) return
      if (refused !== null) return await sendError(outlet, refused, timing)
      await this.#answer(outlet, route)
    } catch (error) {
      // A bug in the simulator must not end the program it runs in.
      console.error('The simulator failed to answer', error)
      response.destroy()
    }
  }

  /** Reads the body and makes the checks common to all calls; returns the error to refuse it with, or null. */
  async #readInto(record: RequestRecord, request: IncomingMessage): Promise<ApiError | null> {
    const body = await readBody(request)
    const key = request.headers['authorization'] ?? request.headers['x-api-key'] ?? ''
    if (!/^(bearer\s+)?\S+$/i.test(String(key))) {
      return {
        status: 401,
        type: 'authentication_error',
        message: 'An API key is required: send it as "Authorization: Bearer <key>".',
      }
    }
    if (request.headers['anthropic-version'] === undefined) {
      return {
        status: 400,
        type: 'invalid_request_error',
        message: 'anthropic-version: header is required',
      }
    }
    if (!body.ok) return body.error
    record.body = body.value
    return null
  }

  async #answer(outlet: Outlet, route: Exclude<Route, { kind: 'control' }>): Promise<void> {
    const { timing } = this.#context
    switch (route.kind) {
      case 'messages': {
        const chosen = pathChoice(route.scenario)
        if (!chosen.ok) return await sendError(outlet, chosen.error, timing)
        return await answerMessages(this.#context, outlet, chosen.choice)
      }
      case 'count-tokens':
        return await answerCountTokens(this.#context, outlet)
      case 'models':
        return await sendListed(outlet, listModels(route.query), timing)
      case 'model':
        return await sendListed(outlet, retrieveModel(route.id), timing)
      case 'refused':
        return await sendError(outlet, route.error, timing)
    }
  }

  #control(route: Extract<Route, { kind: 'control' }>, response: ServerResponse): void {
    if (route.call === 'reset') this.reset()
    const body = {
      requests: () => ({ requests: this.requests }),
      stats: () => this.stats,
      reset: () => ({ ok: true }),
      scenarios: () => ({ scenarios: SCENARIOS }),
    }[route.call]()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

async function sendListed(outlet: Outlet, listed: Listed, timing: Timing): Promise<void> {
  if (listed.ok) await sendJson(outlet, listed.body, timing)
  else await sendError(outlet, listed.error, timing)
}

function pathChoice(
  text: string,
):
  | { readonly ok: true; readonly choice: Choice }
  | { readonly ok: false; readonly error: ApiError } {
  const { choice, unknown } = parseChoice(text)
  if (unknown.length === 0) return { ok: true, choice }
  return { ok: false, error: notFound(`not a scenario or setting: ${unknown.join(' ')}`) }
}
