/**
 * One answer as a sequence of steps: events in the order of the real service, and the waits between
 * them. Pure: the same answer, pace and chance give the same steps.
 */
import type { Pace } from './pace.ts'
import type { Random } from './random.ts'
import type { Message, StopDetails, StopReason, StreamEvent, Usage } from './wire.ts'

/** A complete answer before it is split into events. */
export type Answer = {
  readonly id: string
  readonly model: string
  /** `null`: no thinking block. Empty text: a thinking block without visible thinking. */
  readonly thinking: { readonly text: string; readonly signature: string } | null
  readonly text: string
  readonly stopReason: StopReason
  readonly stopSequence: string | null
  readonly stopDetails: StopDetails | null
  /** The final numbers. */
  readonly usage: Usage
}

export type Step =
  | { readonly kind: 'event'; readonly event: StreamEvent; readonly last?: 'thinking' | 'text' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'wait'; readonly ms: number }

type ScriptOptions = { readonly pace: Pace; readonly cutPairs: boolean }

export function* script(answer: Answer, options: ScriptOptions, random: Random): Generator<Step> {
  const { pace } = options
  const firstText = random.between(...pace.firstTextMs)
  yield { kind: 'event', event: { type: 'message_start', message: started(answer, random) } }
  if (answer.thinking !== null) {
    yield* thinkingSteps(answer.thinking, firstText, pace, random)
  }
  const index = answer.thinking === null ? 0 : 1
  const block = { type: 'text', text: '', citations: null } as const
  yield { kind: 'event', event: { type: 'content_block_start', index, content_block: block } }
  if (answer.thinking === null) {
    yield { kind: 'ping' }
    yield { kind: 'wait', ms: firstText }
  }
  yield* textSteps(answer.text, index, options, random)
  yield { kind: 'event', event: { type: 'content_block_stop', index }, last: 'text' }
  yield { kind: 'event', event: ending(answer) }
  yield { kind: 'event', event: { type: 'message_stop' } }
}

/** The answer as a client should finally have it, and as the response to a request without `stream`. */
export function finished(answer: Answer): Message {
  const text = { type: 'text', text: answer.text, citations: null } as const
  const thinking =
    answer.thinking === null
      ? []
      : [
          {
            type: 'thinking',
            thinking: answer.thinking.text,
            signature: answer.thinking.signature,
          } as const,
        ]
  return {
    model: answer.model,
    id: answer.id,
    type: 'message',
    role: 'assistant',
    content: [...thinking, text],
    container: null,
    diagnostics: null,
    stop_reason: answer.stopReason,
    stop_sequence: answer.stopSequence,
    stop_details: answer.stopDetails,
    usage: answer.usage,
  }
}

function started(answer: Answer, random: Random): Message {
  return {
    ...finished(answer),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    // A small placeholder, as in real streams; useless as a count.
    usage: { ...answer.usage, output_tokens: random.between(1, 7), output_tokens_details: null },
  }
}

function* thinkingSteps(
  thinking: { readonly text: string; readonly signature: string },
  firstText: number,
  pace: Pace,
  random: Random,
): Generator<Step> {
  const block = { type: 'thinking', thinking: '', signature: '' } as const
  yield { kind: 'event', event: { type: 'content_block_start', index: 0, content_block: block } }
  yield { kind: 'ping' }
  const chunks = [...chunksOf(thinking.text, { pace, cutPairs: false }, random)]
  const pause = Math.round(firstText / (chunks.length + 1))
  for (const chunk of chunks) {
    yield { kind: 'wait', ms: pause }
    const delta = { type: 'thinking_delta', thinking: chunk } as const
    yield { kind: 'event', event: { type: 'content_block_delta', index: 0, delta } }
  }
  yield { kind: 'wait', ms: pause }
  const signature = { type: 'signature_delta', signature: thinking.signature } as const
  yield { kind: 'event', event: { type: 'content_block_delta', index: 0, delta: signature } }
  yield { kind: 'event', event: { type: 'content_block_stop', index: 0 }, last: 'thinking' }
}

function* textSteps(
  text: string,
  index: number,
  options: ScriptOptions,
  random: Random,
): Generator<Step> {
  const { gapMs, burst } = options.pace
  let withoutGap = 0
  let first = true
  for (const chunk of chunksOf(text, options, random)) {
    if (first) first = false
    else if (withoutGap > 0) withoutGap -= 1
    else {
      if (random.chance(burst.chance)) withoutGap = random.between(...burst.deltas)
      yield { kind: 'wait', ms: random.between(...gapMs) }
    }
    const delta = { type: 'text_delta', text: chunk } as const
    yield { kind: 'event', event: { type: 'content_block_delta', index, delta } }
  }
}

/** Chunks of the paced size; a surrogate pair stays whole unless `cutPairs` is set. */
function* chunksOf(text: string, options: ScriptOptions, random: Random): Generator<string> {
  let from = 0
  while (from < text.length) {
    const wanted = Math.max(1, random.between(...options.pace.chunkChars))
    let to = Math.min(text.length, from + wanted)
    if (options.cutPairs) to = pairMiddleWithin(text, from, to) ?? to
    else if (isPairMiddle(text, to)) to += 1
    yield text.slice(from, to)
    from = to
  }
}

function pairMiddleWithin(text: string, from: number, to: number): number | undefined {
  for (let at = from + 1; at <= to; at += 1) if (isPairMiddle(text, at)) return at
  return undefined
}

function isPairMiddle(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
}

function ending(answer: Answer): StreamEvent {
  const { usage } = answer
  return {
    type: 'message_delta',
    delta: {
      stop_reason: answer.stopReason,
      stop_sequence: answer.stopSequence,
      stop_details: answer.stopDetails,
      container: null,
    },
    usage: {
      input_tokens: usage.input_tokens,
      cache_creation_input_tokens: usage.cache_creation_input_tokens,
      cache_read_input_tokens: usage.cache_read_input_tokens,
      output_tokens: usage.output_tokens,
      output_tokens_details: usage.output_tokens_details,
      server_tool_use: null,
    },
  }
}
