// Claude over @anthropic-ai/sdk: the only file that knows it.
//
// `messages.create({stream: true})` and not the `stream()` helper: it has backpressure, throws where we wait,
// and keeps the partial text ours. The SDK does not retry here (it would obey any `retry-after`), and its
// timeout ends with the headers, so the dispatcher guards the body. A stream that ends without `message_stop`
// is no error to the SDK, but it is one to us. The SDK's logger is off: it would log payloads.
import Anthropic, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk'
import { Agent } from 'undici'
import type { Chunk, Claude, FailureCode, ModelLimits, Prompt } from './claude.ts'
import { ClaudeFailure } from './claude.ts'

export interface ClaudeSdkOptions {
  readonly apiKey: string
  /** Any endpoint that speaks the Messages API; may have a path prefix. */
  readonly baseUrl: string
  /** Longest wait for the response headers, ms. */
  readonly firstEventMs: number
  /** Longest silence of the body in bytes (pings count), ms. */
  readonly silenceMs: number
}

export class ClaudeSdk implements Claude {
  readonly #client: Anthropic

  constructor(options: ClaudeSdkOptions) {
    const dispatcher = new Agent({
      connectTimeout: Math.min(options.firstEventMs, 10_000),
      headersTimeout: options.firstEventMs,
      bodyTimeout: options.silenceMs,
    })
    this.#client = new Anthropic({
      apiKey: options.apiKey,
      authToken: null,
      baseURL: options.baseUrl,
      maxRetries: 0,
      timeout: options.firstEventMs,
      // Followed, it would take what people have said to wherever it leads.
      fetchOptions: { dispatcher, redirect: 'manual' } as NonNullable<
        ConstructorParameters<typeof Anthropic>[0]
      >['fetchOptions'] &
        object,
      logLevel: 'off',
      openTelemetry: false,
    })
  }

  async *ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk> {
    try {
      const answer = await this.#client.messages
        .create({ ...body(prompt), stream: true }, { signal })
        .withResponse()
      const { data: stream, request_id: requestId, response } = answer
      if (!isEventStream(response.headers)) {
        stream.controller.abort()
        throw failure('protocol')
      }
      let stop = 'end_turn'
      let inputTokens: number | null = null
      let outputTokens = 0
      let kind: 'thinking' | 'text' = 'text'
      for await (const event of stream) {
        switch (event.type) {
          case 'message_start':
            inputTokens = inputOf(event.message.usage)
            yield { type: 'accepted', requestId: requestId ?? null, inputTokens }
            break
          case 'content_block_start':
            kind = event.content_block.type === 'text' ? 'text' : 'thinking'
            yield { type: 'begun', kind }
            break
          case 'content_block_delta':
            if (event.delta.type === 'text_delta')
              yield { type: 'text', kind: 'text', text: event.delta.text }
            else if (event.delta.type === 'thinking_delta')
              yield { type: 'text', kind: 'thinking', text: event.delta.thinking }
            break
          case 'message_delta':
            // Cumulative: the last one counts.
            stop = event.delta.stop_reason ?? stop
            outputTokens = event.usage.output_tokens
            // Optional on the wire, whatever its type says.
            inputTokens = event.usage.input_tokens == null ? inputTokens : inputOf(event.usage)
            break
          case 'message_stop':
            yield { type: 'stopped', stop, inputTokens, outputTokens }
            return
          default:
            break
        }
      }
      if (!signal.aborted) throw new ClaudeFailure('truncated', { retryable: true })
    } catch (error) {
      if (signal.aborted) return
      throw failureOf(error)
    }
  }

  async models(): Promise<readonly ModelLimits[]> {
    try {
      const models: ModelLimits[] = []
      for await (const model of this.#client.models.list({ limit: 100 }))
        models.push({
          id: model.id,
          name: model.display_name,
          maxInputTokens: model.max_input_tokens ?? 0,
          maxOutputTokens: model.max_tokens ?? 0,
        })
      return models
    } catch (error) {
      throw failureOf(error)
    }
  }
}

type Body = Omit<Anthropic.MessageCreateParamsStreaming, 'stream'>

function body(prompt: Prompt): Body {
  const cached = { cache_control: { type: 'ephemeral' as const } }
  const userTurns = prompt.turns.flatMap((turn, index) => (turn.role === 'user' ? [index] : []))
  // The newest two user turns end a cacheable prefix: this request writes the one that the next will read.
  const breakpoints = new Set(userTurns.slice(-2))
  return {
    model: prompt.model,
    max_tokens: prompt.maxTokens,
    system: [{ type: 'text', text: prompt.system, ...cached }],
    messages: prompt.turns.map((turn, index) => ({
      role: turn.role,
      content: turn.parts.map((text, part) => ({
        type: 'text' as const,
        text,
        ...(breakpoints.has(index) && part === turn.parts.length - 1 ? cached : {}),
      })),
    })),
  }
}

function inputOf(usage: {
  input_tokens: number | null
  cache_creation_input_tokens: number | null
  cache_read_input_tokens: number | null
}): number {
  return (
    (usage.input_tokens ?? 0) +
    (usage.cache_creation_input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0)
  )
}

/** API error types (https://docs.anthropic.com/en/api/errors), which also arrive inside a stream. */
const CODE_BY_TYPE: Readonly<Record<string, FailureCode>> = {
  overloaded_error: 'overloaded',
  rate_limit_error: 'rate-limited',
  authentication_error: 'authentication',
  billing_error: 'billing',
  permission_error: 'permission',
  not_found_error: 'unknown-model',
  invalid_request_error: 'invalid-request',
  request_too_large: 'too-large',
  timeout_error: 'no-answer',
  api_error: 'upstream',
}
const CODE_BY_STATUS: Readonly<Record<number, FailureCode>> = {
  400: 'invalid-request',
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'unknown-model',
  408: 'no-answer',
  413: 'too-large',
  429: 'rate-limited',
  504: 'no-answer',
  529: 'overloaded',
}
const RETRYABLE: ReadonlySet<FailureCode> = new Set([
  'overloaded',
  'rate-limited',
  'unreachable',
  'connection',
  'truncated',
  'protocol',
  'no-answer',
  'silent',
  'upstream',
])
/** 429s that a wait does not cure. */
const SPEND_LIMITS: ReadonlySet<string> = new Set([
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
])

function failureOf(error: unknown): ClaudeFailure {
  if (error instanceof ClaudeFailure) return error
  if (error instanceof APIConnectionTimeoutError) return failure('no-answer')
  if (error instanceof APIConnectionError) return failure(connectionCode(error))
  if (error instanceof APIUserAbortError) return failure('connection')
  if (error instanceof APIError) return failureOfApi(error as APIError)
  if (error instanceof SyntaxError) return failure('protocol')
  // A body that breaks off is a bare TypeError "terminated"; its cause tells a timeout from a reset.
  if (error instanceof TypeError && error.cause instanceof Error)
    return failure(causeCode(error.cause) === 'UND_ERR_BODY_TIMEOUT' ? 'silent' : 'connection')
  return failure('upstream')
}

function failureOfApi(error: APIError): ClaudeFailure {
  const byType = error.type ? CODE_BY_TYPE[error.type] : undefined
  const code = byType ?? codeOfStatus(error.status)
  const spent = typeof error.errorCode === 'string' && SPEND_LIMITS.has(error.errorCode)
  return new ClaudeFailure(spent ? 'billing' : code, {
    retryable: !spent && RETRYABLE.has(code),
    retryAfterMs: retryAfter(error.headers),
    requestId: error.requestID ?? null,
  })
}

function failure(code: FailureCode): ClaudeFailure {
  return new ClaudeFailure(code, { retryable: RETRYABLE.has(code) })
}

/** @param status of HTTP; undefined for an error within a stream */
function codeOfStatus(status: number | undefined): FailureCode {
  // A gateway that wants a login, or an address that has moved: it is not asked there.
  if (status !== undefined && status >= 300 && status < 400) return 'protocol'
  return CODE_BY_STATUS[status ?? 0] ?? 'upstream'
}

/** Error codes of connections that were there; any other kept one from being made (address, name, certificate). */
const BROKE_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** What came of a request that got no answer. The SDK wraps the error of fetch, which wraps that of the system. */
function connectionCode({ cause }: Error): FailureCode {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (!(inner instanceof Error)) return 'unreachable'
  if (inner.name === 'HTTPParserError') return 'protocol'
  const code = causeCode(inner)
  return code !== null && BROKE_OFF.has(code) ? 'connection' : 'unreachable'
}

/** Also where it is not said: some gateways leave it out. */
function isEventStream(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? true
}

function causeCode(cause: Error): string | null {
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : null
}

function retryAfter(headers: Headers | undefined): number | null {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return ms
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : null
}
