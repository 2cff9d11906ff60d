// Claude through @anthropic-ai/sdk: only this file and `wire/` know the SDK. `wire/` parses everything Claude sends.
//
// It uses `messages.create({stream: true})`, not the `stream()` helper: that has backpressure, throws where we wait,
// and leaves the partial text to us. It reads the raw events, since the SDK's own loop drops frames without an `event:`
// line. The SDK does not retry here (it would obey any `retry-after`), and its timeout ends with the headers, so the
// dispatcher guards the body. A stream that ends without `message_stop` is no error to the SDK, but it is one to us.
// The SDK's logger is off: it would log payloads.
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
  /** Any endpoint that implements the Messages API; it may have a path prefix. */
  readonly baseUrl: string
  /** Longest wait for the response headers, ms. */
  readonly firstEventMs: number
  /** Longest silence of the body in bytes (pings count as bytes), ms. */
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
      // A followed redirect would send members' messages to an unknown address.
      fetchOptions: { dispatcher, redirect: 'manual' } as NonNullable<
        ConstructorParameters<typeof Anthropic>[0]
      >['fetchOptions'] &
        object,
      logLevel: 'off',
      openTelemetry: false,
    })
  }

  async *ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk> {
    // One controller per request, so that ending the reading for any reason closes the connection.
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

/** Limit on models read from the list, which may be endless. */
const MOST_MODELS = 500

type Body = Omit<Anthropic.MessageCreateParamsStreaming, 'stream'>

function body(prompt: Prompt): Body {
  const cached = { cache_control: { type: 'ephemeral' as const } }
  const userTurns = prompt.turns.flatMap((turn, index) => (turn.role === 'user' ? [index] : []))
  // The newest two user turns each end a cacheable prefix: this request writes the prefix that the next one will read.
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

/** True also without a content type: some gateways leave it out. */
function isEventStream(headers: Headers): boolean {
  return headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? true
}

/** Removes `/v1/…`, which the SDK adds by itself; people often include it, since other programs require it. */
function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/(?:\/+v1(?:\/+messages)?)?\/*$/, '')
}
