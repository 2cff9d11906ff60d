/**
 * The Messages API on the wire: the shapes of its stream events, and their encoding.
 * Guarantees the format of the real service: `event:` and `data:` lines, a blank line, and a random
 * run of spaces before the last brace. The content is decided elsewhere.
 */
import type { Random } from './random.ts'

export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded'

export type StopDetails = {
  readonly type: 'refusal'
  readonly category: 'cyber' | 'bio' | 'general_harms' | null
  readonly explanation: string | null
}

export type Usage = {
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number
    readonly ephemeral_1h_input_tokens: number
  }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly thinking_tokens: number } | null
  readonly server_tool_use: null
  readonly service_tier: 'standard'
  readonly inference_geo: string
  readonly speed: 'standard'
}

type ContentBlock =
  | { readonly type: 'text'; readonly text: string; readonly citations: null }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }

export type Message = {
  readonly model: string
  readonly id: string
  readonly type: 'message'
  readonly role: 'assistant'
  readonly content: ContentBlock[]
  readonly container: null
  readonly diagnostics: null
  readonly stop_reason: StopReason | null
  readonly stop_sequence: string | null
  readonly stop_details: StopDetails | null
  readonly usage: Usage
}

export type Delta =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking_delta'; readonly thinking: string }
  | { readonly type: 'signature_delta'; readonly signature: string }

type MessageDelta = {
  readonly stop_reason: StopReason
  readonly stop_sequence: string | null
  readonly stop_details: StopDetails | null
  readonly container: null
}

/** Cumulative numbers: a reader overwrites earlier ones. */
type MessageDeltaUsage = Pick<
  Usage,
  | 'input_tokens'
  | 'cache_creation_input_tokens'
  | 'cache_read_input_tokens'
  | 'output_tokens'
  | 'output_tokens_details'
  | 'server_tool_use'
>

export type StreamEvent =
  | { readonly type: 'message_start'; readonly message: Message }
  | {
      readonly type: 'content_block_start'
      readonly index: number
      readonly content_block: ContentBlock
    }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: Delta }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | {
      readonly type: 'message_delta'
      readonly delta: MessageDelta
      readonly usage: MessageDeltaUsage
    }
  | { readonly type: 'message_stop' }

type LineEnd = '\n' | '\r\n'

/** One named event as text; `data` is sent unchanged. */
export function frame(name: string, data: string, lineEnd: LineEnd = '\n'): string {
  return `event: ${name}${lineEnd}data: ${data}${lineEnd}${lineEnd}`
}

/** A stream event as text, with padding as in real streams. */
export function encodeEvent(event: StreamEvent, random: Random, lineEnd: LineEnd = '\n'): string {
  return frame(event.type, padded(event, random), lineEnd)
}

export function ping(lineEnd: LineEnd = '\n'): string {
  return frame('ping', '{"type": "ping"}', lineEnd)
}

/** JSON with 0 to 16 spaces before the last brace. */
export function padded(value: object, random: Random): string {
  return `${JSON.stringify(value).slice(0, -1)}${' '.repeat(random.between(0, 16))}}`
}

/** The headers of every response, streamed or not. */
export function commonHeaders(requestId: string, now: number): Record<string, string> {
  const reset = `${new Date(now + 60_000).toISOString().slice(0, 19)}Z`
  const limits = {
    requests: 1000,
    tokens: 480_000,
    'input-tokens': 400_000,
    'output-tokens': 80_000,
  }
  const headers: Record<string, string> = {
    'request-id': requestId,
    'anthropic-organization-id': '00000000-0000-0000-0000-000000000000',
  }
  for (const [name, limit] of Object.entries(limits)) {
    headers[`anthropic-ratelimit-${name}-limit`] = String(limit)
    headers[`anthropic-ratelimit-${name}-remaining`] = String(limit - 1)
    headers[`anthropic-ratelimit-${name}-reset`] = reset
  }
  return headers
}
