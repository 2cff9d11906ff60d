/**
 * Composes a complete answer from a checked request and a choice: text, thinking, stop reason, usage.
 * Obeys `max_tokens` and stop sequences. Pure: equal inputs give equal answers.
 */
import type { Library } from './content.ts'
import type { Choice } from './directive.ts'
import type { CachedTokens } from './prompt-cache.ts'
import type { Random } from './random.ts'
import type { MessagesRequest } from './request.ts'
import type { StreamPlan } from './plan.ts'
import type { Answer } from './script.ts'
import { countTokens, cutToTokens } from './tokens.ts'
import { torture } from './torture.ts'
import type { StopDetails, StopReason, Usage } from './wire.ts'

type AnswerOptions = {
  readonly request: MessagesRequest
  readonly choice: Choice
  readonly plan: StreamPlan
  readonly library: Library
  readonly cached: CachedTokens
  readonly random: Random
}

export function composeAnswer(options: AnswerOptions): Answer {
  const { request, random } = options
  const id = `msg_01${random.letters(22)}`
  const thinking = composeThinking(options)
  const thinkingTokens = thinking === null ? 0 : countTokens(thinking.spent)
  const ended = endText(composeText(options), options, request.maxTokens - thinkingTokens)
  return {
    id,
    model: request.model.id,
    thinking: thinking === null ? null : { text: thinking.shown, signature: thinking.signature },
    ...ended,
    stopDetails: stopDetails(ended.stopReason),
    usage: usage(options, countTokens(ended.text), thinkingTokens),
  }
}

function composeText({ request, choice, plan, library, random }: AnswerOptions): string {
  switch (plan.content ?? 'prose') {
    case 'empty':
      return ''
    case 'unicode':
      return torture({ length: choice.length, line: choice.line })
    case 'prose':
      return library.answer(request, choice.length, random)
  }
}

function endText(
  text: string,
  { request, plan, random }: AnswerOptions,
  tokensLeft: number,
): Pick<Answer, 'text' | 'stopReason' | 'stopSequence'> {
  const affordable = cutToTokens(text, tokensLeft)
  const stop = firstStop(affordable, request.stopSequences)
  if (stop !== null) {
    return { text: stop.before, stopReason: 'stop_sequence', stopSequence: stop.sequence }
  }
  if (affordable.length < text.length) {
    return { text: affordable, stopReason: 'max_tokens', stopSequence: null }
  }
  const stopReason = plan.stopReason ?? 'end_turn'
  const stopSequence = stopReason === 'stop_sequence' ? '\n\nHuman:' : null
  // A truncated answer does not end with a finished sentence.
  const shortened = stopReason === 'end_turn' || stopReason === 'stop_sequence' ? 1 : random.next()
  const length = Math.ceil(text.length * (0.3 + 0.7 * shortened))
  return { text: cutBetweenCharacters(text, length), stopReason, stopSequence }
}

function firstStop(text: string, sequences: readonly string[]) {
  let first: { before: string; sequence: string } | null = null
  for (const sequence of sequences) {
    const at = text.indexOf(sequence)
    if (at !== -1 && (first === null || at < first.before.length)) {
      first = { before: text.slice(0, at), sequence }
    }
  }
  return first
}

function cutBetweenCharacters(text: string, length: number): string {
  const cut = text.slice(0, length)
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}

function composeThinking({ request, choice, plan, library, random }: AnswerOptions) {
  const wanted = choice.thinking ?? plan.thinking ?? thinkingOf(request)
  // A stop inside the thinking block requires a thinking block.
  const mode = wanted === 'none' && plan.fault?.at === 'thinking' ? 'omitted' : wanted
  if (mode === 'none') return null
  const spent = library.thinking(request, random)
  if (countTokens(spent) * 2 > request.maxTokens && plan.fault?.at !== 'thinking') return null
  return {
    spent,
    shown: mode === 'summarized' ? spent : '',
    signature: `Es${random.letters(200)}==`,
  }
}

function thinkingOf({ thinking }: MessagesRequest): 'summarized' | 'omitted' | 'none' {
  return thinking.type === 'adaptive' || thinking.type === 'enabled' ? thinking.display : 'none'
}

function stopDetails(stopReason: StopReason): StopDetails | null {
  if (stopReason !== 'refusal') return null
  return {
    type: 'refusal',
    category: 'general_harms',
    explanation: 'The simulated model was told to refuse this request.',
  }
}

function usage({ cached }: AnswerOptions, textTokens: number, thinkingTokens: number): Usage {
  return {
    input_tokens: cached.uncached,
    cache_creation_input_tokens: cached.written,
    cache_read_input_tokens: cached.read,
    cache_creation: {
      ephemeral_5m_input_tokens: cached.written,
      ephemeral_1h_input_tokens: 0,
    },
    output_tokens: textTokens + thinkingTokens,
    output_tokens_details: thinkingTokens === 0 ? null : { thinking_tokens: thinkingTokens },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'global',
    speed: 'standard',
  }
}
