/**
 * Validates the body of `POST /v1/messages` (and of `count_tokens`) as the real service does under API version
 * 2026-10-21, and returns it typed.
 * Unknown extra fields are accepted, except the removed sampling parameters.
 */
import { invalid, notFound, type ApiError } from './errors.ts'
import { findModel, type SimulatedModel, type ThinkingType } from './models.ts'
import { countTokens } from './tokens.ts'

type TextBlock = { readonly text: string; readonly cached: boolean }

export type Turn = {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly TextBlock[]
}

export type MessagesRequest = {
  readonly model: SimulatedModel
  readonly maxTokens: number
  readonly stream: boolean
  readonly system: readonly TextBlock[]
  readonly turns: readonly Turn[]
  readonly thinking: { readonly type: ThinkingType; readonly display: 'summarized' | 'omitted' }
  readonly stopSequences: readonly string[]
  readonly inputTokens: number
}

type Checked =
  | { readonly ok: true; readonly request: MessagesRequest }
  | { readonly ok: false; readonly error: ApiError }

type Fields = Readonly<Record<string, unknown>>

/** Thrown and caught only in this file, so that each check is one line. */
class Refused extends Error {
  readonly error: ApiError
  constructor(error: ApiError) {
    super(error.message)
    this.error = error
  }
}

/** @param use `answer` requires `max_tokens`, `count` does not. */
export function checkRequest(body: unknown, use: 'answer' | 'count'): Checked {
  try {
    return { ok: true, request: check(body, use) }
  } catch (thrown) {
    if (thrown instanceof Refused) return { ok: false, error: thrown.error }
    throw thrown
  }
}

function check(body: unknown, use: 'answer' | 'count'): MessagesRequest {
  if (!isWellFormed(body)) refuse('The request body is not valid JSON: no low surrogate in string')
  if (!isFields(body)) refuse('The request body must be a JSON object.')
  const model = checkModel(body)
  for (const name of ['temperature', 'top_p', 'top_k']) {
    if (name in body) refuse(`${name}: sampling parameters are not supported.`)
  }
  const maxTokens = use === 'answer' ? checkMaxTokens(body, model) : 0
  const turns = checkMessages(body)
  const system = checkContent(body['system'] ?? [], 'system')
  const blocks = [...system, ...turns.flatMap((turn) => turn.blocks)]
  const cached = blocks.filter((block) => block.cached).length
  if (cached > 4) {
    refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${cached}.`)
  }
  const inputTokens = blocks.reduce((sum, block) => sum + countTokens(block.text), 3 * turns.length)
  if (inputTokens > model.maxInputTokens) {
    refuse(`prompt is too long: ${inputTokens} tokens > ${model.maxInputTokens} maximum`)
  }
  checkEffort(body)
  return {
    model,
    maxTokens,
    stream: body['stream'] === true,
    system,
    turns,
    thinking: checkThinking(body, model),
    stopSequences: checkStopSequences(body),
    inputTokens,
  }
}

function checkModel(body: Fields): SimulatedModel {
  const id = body['model']
  if (id === undefined) refuse('model: Field required')
  if (typeof id !== 'string') refuse('model: Input should be a valid string')
  const model = findModel(id)
  if (model === undefined) throw new Refused(notFound(`model: ${id}`))
  return model
}

function checkMaxTokens(body: Fields, model: SimulatedModel): number {
  const value = body['max_tokens']
  if (value === undefined) refuse('max_tokens: Field required')
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    refuse('max_tokens: Input should be a valid integer')
  }
  if (value < 0) refuse('max_tokens: Input should be greater than or equal to 0')
  if (value > model.maxTokens) {
    refuse(
      `max_tokens: ${value} > ${model.maxTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
    )
  }
  return value
}

function checkMessages(body: Fields): Turn[] {
  const messages = body['messages']
  if (messages === undefined) refuse('messages: Field required')
  if (!Array.isArray(messages)) refuse('messages: Input should be a valid list')
  if (messages.length === 0) refuse('messages: at least one message is required')
  const turns = messages.map((message: unknown, index): Turn => {
    if (!isFields(message)) refuse(`messages.${index}: Input should be an object`)
    const role = message['role']
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      refuse(`messages.${index}.role: Input should be 'user', 'assistant' or 'system'`)
    }
    const blocks = checkContent(message['content'], `messages.${index}.content`)
    if (blocks.length === 0) refuse(`messages.${index}: all messages must have non-empty content`)
    return { role, blocks }
  })
  if (turns.at(-1)?.role === 'assistant') {
    refuse(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
  return turns
}

function checkContent(content: unknown, path: string): TextBlock[] {
  if (typeof content === 'string') {
    return content === '' ? [] : [{ text: content, cached: false }]
  }
  if (!Array.isArray(content)) refuse(`${path}: Input should be a valid string or list`)
  return content.map((block: unknown, index) => {
    if (!isFields(block)) refuse(`${path}.${index}: Input should be an object`)
    const cached = isFields(block['cache_control'])
    if (block['type'] === 'thinking') return { text: '', cached }
    if (block['type'] !== 'text') {
      refuse(`${path}.${index}: the simulated model reads only text blocks`)
    }
    const text = block['text']
    if (typeof text !== 'string') refuse(`${path}.${index}.text: Input should be a valid string`)
    if (text.trim() === '') {
      refuse(`${path.replace('.content', '')}: text content blocks must be non-empty`)
    }
    return { text, cached }
  })
}

function checkThinking(body: Fields, model: SimulatedModel): MessagesRequest['thinking'] {
  const thinking = body['thinking'] ?? { type: 'adaptive' }
  if (!isFields(thinking)) refuse('thinking: Input should be an object')
  const type = model.thinking.find((known) => known === thinking['type'])
  if (type === undefined) {
    refuse(
      `"thinking.type.${String(thinking['type'])}" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
    )
  }
  const display = thinking['display'] ?? 'omitted'
  if (display !== 'summarized' && display !== 'omitted') {
    refuse("thinking.display: Input should be 'summarized' or 'omitted'")
  }
  return { type, display }
}

function checkEffort(body: Fields): void {
  const config = body['output_config']
  if (config === undefined || config === null) return
  if (!isFields(config)) refuse('output_config: Input should be an object')
  const effort = config['effort'] ?? 'medium'
  if (!['low', 'medium', 'high', 'xhigh', 'max'].some((known) => known === effort)) {
    refuse("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
  }
}

function checkStopSequences(body: Fields): string[] {
  const sequences = body['stop_sequences'] ?? []
  if (!Array.isArray(sequences)) refuse('stop_sequences: Input should be a valid list')
  return sequences.map((sequence: unknown) => {
    if (typeof sequence !== 'string' || sequence.trim() === '') {
      refuse('stop_sequences: each stop sequence must contain non-whitespace')
    }
    return sequence
  })
}

/** Whether no string in a body, keys included, contains half a surrogate pair. */
function isWellFormed(body: unknown): boolean {
  const open: unknown[] = [body]
  for (const value of open) {
    if (typeof value === 'string' && !value.isWellFormed()) return false
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value)) open.push(key, child)
  }
  return true
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(message: string): never {
  throw new Refused(invalid(message))
}
