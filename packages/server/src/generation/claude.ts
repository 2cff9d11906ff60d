// Claude as the rest of the server sees it: one answer as a sequence of chunks, or a ClaudeFailure.
// Only `claude-sdk.ts` implements it.
import type { Kind } from '@roomcast/shared/protocol'

/** What may be sent to Claude; a prompt always ends with a user turn (current models refuse a prefill). */
export interface Prompt {
  readonly model: string
  readonly maxTokens: number
  readonly system: string
  readonly turns: readonly Turn[]
  /** Whether Claude is asked to think, as much as it wants, and to show a summary of it. */
  readonly thinking: boolean
}

/** One turn of a conversation; a user turn has a part for each message in it. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly parts: readonly string[]
}

export type Chunk =
  /** Claude has taken the request; tokens are null where Claude does not tell them. */
  | {
      readonly type: 'accepted'
      readonly requestId: string | null
      readonly inputTokens: number | null
    }
  /** Claude thinks, or begins to write; thinking may stay without text. */
  | { readonly type: 'begun'; readonly kind: Kind }
  /** Never empty. */
  | { readonly type: 'text'; readonly kind: Kind; readonly text: string }
  /** Something came whose type this version does not know, such as `block:hologram`: for the operator. */
  | { readonly type: 'unknown'; readonly name: string }
  /** Complete: the last chunk. `stop` is Claude's own reason (`end_turn`, `max_tokens`, `refusal`, …). */
  | {
      readonly type: 'stopped'
      readonly stop: string
      readonly inputTokens: number | null
      readonly outputTokens: number | null
    }

export const FAILURES = {
  overloaded: 'Claude is overloaded right now.',
  'rate-limited': 'Claude is rate-limiting this server. Try again in a moment.',
  authentication: 'Claude rejected this server’s API key.',
  billing: 'This server’s Claude account is out of credit.',
  permission: 'This server’s API key can’t use this model.',
  'unknown-model': 'Claude doesn’t have this model.',
  'invalid-request': 'Claude rejected this request as invalid.',
  'too-large': 'This is too long for Claude, even without older messages. Shorten your question.',
  'empty-answer': 'Claude returned an empty answer.',
  unreachable: 'This server can’t reach Claude.',
  connection: 'Lost the connection to Claude.',
  truncated: 'The answer ended early.',
  protocol: 'Claude’s response couldn’t be read.',
  'no-answer': 'Claude didn’t respond in time.',
  silent: 'Claude stopped responding.',
  'too-slow': 'The answer took too long.',
  upstream: 'Claude had an internal error.',
  'spending-off': 'The administrator of this server stopped all answers.',
} as const
export type FailureCode = keyof typeof FAILURES

/** How long a prompt was that was too long, and how long it may be, in tokens; null where Claude does not say. */
export interface TooLong {
  readonly tokens: number | null
  readonly maximum: number | null
}

/** Why an answer did not come to its end, in words for members. */
export class ClaudeFailure extends Error {
  readonly code: FailureCode
  /** The same request may succeed a moment later. */
  readonly retryable: boolean
  /** Claude's own wish how long to wait, in ms. */
  readonly retryAfterMs: number | null
  readonly requestId: string | null
  /** What Claude says about it, for the operator; it may quote the prompt, see `reasonWithout`. */
  readonly reason: string | null
  /** The same may be asked again with a shorter prompt. */
  readonly tooLong: TooLong | null

  constructor(
    code: FailureCode,
    details: {
      retryable: boolean
      retryAfterMs?: number | null
      requestId?: string | null
      reason?: string | null
      tooLong?: TooLong | null
    },
  ) {
    super(FAILURES[code])
    this.name = 'ClaudeFailure'
    this.code = code
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs ?? null
    this.requestId = details.requestId ?? null
    this.reason = details.reason ?? null
    this.tooLong = details.tooLong ?? null
  }
}

export interface ModelLimits {
  readonly id: string
  readonly name: string
  readonly maxInputTokens: number
  readonly maxOutputTokens: number
  /** Can be asked to think as much as it wants. */
  readonly thinks: boolean
}

export interface Claude {
  /**
   * Asks for one answer. The request is made when iteration begins. Aborting ends the iteration quietly and
   * closes the connection; stop reading as well, since decoded chunks may still follow.
   * @throws ClaudeFailure for everything else that is not a complete answer
   */
  ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk>
  /** The models that may be asked, with their limits. @throws ClaudeFailure */
  models(): Promise<readonly ModelLimits[]>
}
