// Claude over @anthropic-ai/sdk: only this file and `wire/` know it. What comes from there is read in `wire/`.
//
// `messages.create({stream: true})` and not the `stream()` helper: it has backpressure, throws where we wait,
// and keeps the partial text ours. Of that the raw events: the SDK's own loop drops frames without an `event:` line.
// The SDK does not retry here (it would obey any `retry-after`), and its
// timeout ends with the headers, so the dispatcher guards the body. A stream that ends without `message_stop`
// is no error to the SDK, but it is one to us. The SDK's logger is off: it would log payloads.
import Anthropic from '@anthropic-ai/sdk'
import { Stream } from '@anthropic-ai/sdk/core/streaming'
import { Agent } from 'undici'
import type { Chunk, Claude, ModelLimits, Prompt } from './claude.ts'
import { ClaudeFailure } from './claude.ts'
import { AnswerReader } from './wire/answer-reader.ts'
import { bounded } from './wire/bounded.ts'
import { failureOf } from './wire/failures.ts'
import { modelOf } from './wire/model.ts'

interface ClaudeSdkOptions {
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
      baseURL: withoutVersion(options.baseUrl),
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
    // Of this request alone: whatever ends the reading closes the connection.
    const request = new AbortController()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      const response = await this.#client.messages
        .create({ ...body(prompt), stream: true }, { signal: request.signal })
        .asResponse()
      if (!isEventStream(response.headers) || response.body === null)
        throw new ClaudeFailure('protocol', { retryable: true })
      const reader = new AnswerReader(response.headers.get('request-id'))
      for await (const frame of Stream.rawEvents(new Response(bounded(response.body))))
        for (const chunk of reader.take(frame)) {
          yield chunk
          if (chunk.type === 'stopped') return
        }
      if (!signal.aborted) throw new ClaudeFailure('truncated', { retryable: true })
    } catch (error) {
      if (signal.aborted) return
      throw failureOf(error)
    } finally {
      signal.removeEventListener('abort', abort)
      abort()
    }
  }

  async models(): Promise<readonly ModelLimits[]> {
    try {
      const models: ModelLimits[] = []
      for await (const model of this.#client.models.list({ limit: 100 })) {
        models.push(...modelOf(model))
        if (models.length >= MOST_MODELS) break
      }
      return models
    } catch (error) {
      throw failureOf(error)
    }
  }
}

/** Models that are read of a list, which may be one without end. */
const MOST_MODELS = 500

type Body = Omit<Anthropic.MessageCreateParamsStreaming, 'stream'>

function body(prompt: Prompt): Body {
  const cached = { cache_control: { type: 'ephemeral' as const } }
  const userTurns = prompt.turns.flatMap((turn, index) => (turn.role === 'user' ? [index] : []))
  // The newest two user turns end a cacheable prefix: this request writes the one that the next will read.
  const breakpoints = new Set(userTurns.slice(-2))
  return {
    model: prompt.model,
    max_tokens: prompt.maxTokens,
    ...(prompt.thinking ? { thinking: { type: 'adaptive', display: 'summarized' } } : {}),
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

/** Also where it is not said: some gateways leave it out. */
function isEventStream(headers: Headers): boolean {
  return headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? true
}

/** The SDK adds `/v1/…` by itself; people also give the address with it, as other programs want it. */
function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/(?:\/+v1(?:\/+messages)?)?\/*$/, '')
}
