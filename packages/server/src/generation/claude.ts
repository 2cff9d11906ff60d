// Claude as the rest of the server sees it: an answer is a sequence of chunks, or a ClaudeFailure.
// Only `claude-sdk.ts` implements it.
import type { Kind } from '@roomcast/shared/protocol'

/** A request to Claude; a prompt always ends with a user turn (current models refuse a prefill). */
export interface Prompt {
  readonly model: string
  readonly maxTokens: number
  readonly system: string
  readonly turns: readonly Turn[]
  /** Whether Claude is asked to think, as much as it wants, and to show a summary of its thinking. */
  readonly thinking: boolean
}

/** One turn of a conversation; a user turn has a part for each message in it. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly parts: readonly string[]
}

export type Chunk =
  /** Claude has accepted the request; `inputTokens` is null if Claude does not report it. */
  | {
      readonly type: 'accepted'
      readonly requestId: string | null
      readonly inputTokens: number | null
    }
  /** Claude begins to think or to write; thinking may have no text. */
  | { readonly type: 'begun'; readonly kind: Kind }
  /** Never empty. */
  | { readonly type: 'text'; readonly kind: Kind; readonly text: string }
  /** An event of a type that this version does not know, such as `block:hologram`: for the operator. */
  | { readonly type: 'unknown'; readonly name: string }
  /**
   * The answer is complete; always the last chunk. `stop` is Claude's own reason (`end_turn`, `max_tokens`, `refusal`,
   * …).
   */
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

/** Length and limit of a prompt that was too long, in tokens; null if Claude does not say. */
export interface TooLong {
  readonly tokens: number | null
  readonly maximum: number | null
}

/** The failure of an answer, in words for members. */
export class ClaudeFailure extends Error {
  readonly code: FailureCode
  /** The same request may succeed a moment later. */
  readonly retryable: boolean
  /** The delay that Claude asks for before a retry, ms. */
  readonly retryAfterMs: number | null
  readonly requestId: string | null
  /** Claude's own explanation, for the operator; it may quote the prompt, see `reasonWithout`. */
  readonly reason: string | null
  /** Set if a shorter prompt may succeed. */
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
  /** Whether the model supports adaptive thinking, as much as it wants. */
  readonly thinks: boolean
}

export interface Claude {
  /**
   * Requests one answer. The request is made when iteration begins. Aborting ends the iteration quietly and
   * closes the connection; the reader must also stop, since decoded chunks may still follow.
   * @throws ClaudeFailure for anything else but a complete answer
   */
  ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk>
  /** The available models, with their limits. @throws ClaudeFailure */
  models(): Promise<readonly ModelLimits[]>
}
