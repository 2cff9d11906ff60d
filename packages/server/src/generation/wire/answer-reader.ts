// Turns Claude's wire events into chunks. It accepts anything: missing fields, nulls and fields of another type lose
// no text and fail no answer, and unknown types are reported by name.
//
// The tables below list all types of the SDK: a type that a later SDK adds does not compile until it has a meaning.
// Only an event's type and text count. Its order and index are ignored: text is taken in the order in which it arrives.
import type Anthropic from '@anthropic-ai/sdk'
import type { Kind } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import { type Chunk, ClaudeFailure } from '../claude.ts'
import { failureOfEvent } from './failures.ts'
import { inputTokensOf, outputTokensOf } from './usage.ts'

/** One event of the stream, as the SDK splits it. */
export interface Frame {
  readonly event: string | null
  readonly data: string
}

type EventType = Anthropic.RawMessageStreamEvent['type'] | 'ping' | 'error'
type BlockType = Anthropic.RawContentBlockStartEvent['content_block']['type']
type DeltaType = Anthropic.RawContentBlockDelta['type']
/** `aside`: nothing of the block or delta is shown. */
type Meaning = Kind | 'aside'
type Fields = Readonly<Record<string, unknown>>

const EVENTS: Readonly<Record<EventType, true>> = {
  message_start: true,
  content_block_start: true,
  content_block_delta: true,
  content_block_stop: true,
  message_delta: true,
  message_stop: true,
  ping: true,
  error: true,
}
const BLOCKS: Readonly<Record<BlockType, Meaning>> = {
  text: 'text',
  thinking: 'thinking',
  redacted_thinking: 'thinking',
  tool_use: 'aside',
  server_tool_use: 'aside',
  web_search_tool_result: 'aside',
  web_fetch_tool_result: 'aside',
  code_execution_tool_result: 'aside',
  bash_code_execution_tool_result: 'aside',
  text_editor_code_execution_tool_result: 'aside',
  tool_search_tool_result: 'aside',
  container_upload: 'aside',
}
const DELTAS: Readonly<Record<DeltaType, Meaning>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'aside',
  citations_delta: 'aside',
  input_json_delta: 'aside',
}

/** Limit on events without text in one answer; an hour of pings is 3600. */
export const WORDLESS_EVENTS = 50_000
/** Limit on switches between thinking and text; beyond it, thinking is left out. */
export const CHANGES_OF_KIND = 1000
/** Limit on unknown types that are reported in one answer. */
export const NAMED_UNKNOWN = 10

/** Parses one answer, frame by frame. */
export class AnswerReader {
  readonly #requestId: string | null
  readonly #unknown = new Set<string>()
  #isAccepted = false
  #stop = 'end_turn'
  #inputTokens: number | null = null
  #outputTokens: number | null = null
  /** The meaning of the block that began last. */
  #block: Meaning | null = null
  /** The kind of the last chunk, and how often it has changed. */
  #kind: Kind | null = null
  #changes = 0
  #wordless = 0

  constructor(requestId: string | null) {
    this.#requestId = requestId
  }

  /**
   * The chunks of a frame, possibly none; after `stopped` there is nothing more to read.
   * @throws ClaudeFailure for an error that Claude reports, for invalid JSON, and for endless events without text
   */
  take(frame: Frame): Chunk[] {
    const { type, fields } = eventOf(frame)
    const chunks = this.#chunksOf(type, fields)
    const says = chunks.some((chunk) => chunk.type === 'text')
    if (!says && ++this.#wordless > WORDLESS_EVENTS)
      throw new ClaudeFailure('protocol', { retryable: true })
    if (this.#isAccepted || type === 'ping') return chunks
    this.#isAccepted = true
    return [
      { type: 'accepted', requestId: this.#requestId, inputTokens: this.#inputTokens },
      ...chunks,
    ]
  }

  #chunksOf(type: string, fields: Fields): Chunk[] {
    if (!isKeyOf(EVENTS, type)) {
      const words = this.#words(fieldsOf(fields['delta']), this.#block)
      return [...this.#named('event', type), ...words]
    }
    switch (type) {
      case 'message_start': {
        const message = fieldsOf(fields['message'])
        // Its count of output tokens is only a placeholder.
        this.#inputTokens = inputTokensOf(fieldsOf(message['usage'])) ?? this.#inputTokens
        // Usually an empty list.
        const { content } = message
        return Array.isArray(content) ? content.flatMap((block) => this.#begun(block)) : []
      }
      case 'content_block_start':
        return this.#begun(fields['content_block'])
      case 'content_block_delta':
        return this.#grown(fieldsOf(fields['delta']))
      case 'message_delta':
        this.#stop = wordOf(fieldsOf(fields['delta'])['stop_reason']) ?? this.#stop
        this.#count(fields['usage'])
        return []
      case 'message_stop': {
        const [inputTokens, outputTokens] = [this.#inputTokens, this.#outputTokens]
        return [{ type: 'stopped', stop: this.#stop, inputTokens, outputTokens }]
      }
      case 'error':
        throw failureOfEvent(fields, this.#requestId)
      case 'content_block_stop':
      case 'ping':
        return []
      default:
        return unreachable(type)
    }
  }

  #begun(block: unknown): Chunk[] {
    const fields = fieldsOf(block)
    const type = fields['type']
    const meaning = isKeyOf(BLOCKS, type) ? BLOCKS[type] : null
    this.#block = meaning
    const named = meaning === null ? this.#named('block', type) : []
    const told = meaning === 'text' || meaning === 'thinking' ? this.#tell(meaning, '') : []
    return [...named, ...told, ...this.#words(fields, meaning)]
  }

  #grown(delta: Fields): Chunk[] {
    const type = delta['type']
    if (isKeyOf(DELTAS, type)) return this.#words(delta, DELTAS[type])
    // Within a thinking block, an unknown delta is not part of the answer.
    const meaning = this.#block === 'thinking' ? 'thinking' : null
    return [...this.#named('delta', type), ...this.#words(delta, meaning)]
  }

  /** The text of a block or delta. Text not known to be thinking counts as answer text, so none is lost. */
  #words(fields: Fields, meaning: Meaning | null): Chunk[] {
    const { text, thinking } = fields
    return [
      ...(typeof thinking === 'string' && thinking !== '' ? this.#tell('thinking', thinking) : []),
      ...(typeof text === 'string' && text !== ''
        ? this.#tell(meaning === 'thinking' ? 'thinking' : 'text', text)
        : []),
    ]
  }

  #tell(kind: Kind, text: string): Chunk[] {
    if (kind !== this.#kind) {
      if (this.#changes >= CHANGES_OF_KIND && kind === 'thinking') return []
      this.#changes++
      this.#kind = kind
      if (text === '') return [{ type: 'begun', kind }]
    }
    return text === '' ? [] : [{ type: 'text', kind, text }]
  }

  /** Reports an unknown type, once. */
  #named(what: 'event' | 'block' | 'delta', type: unknown): Chunk[] {
    const name = `${what}:${wordOf(type) ?? 'nameless'}`
    if (this.#unknown.has(name) || this.#unknown.size >= NAMED_UNKNOWN) return []
    this.#unknown.add(name)
    return [{ type: 'unknown', name }]
  }

  /** Usage is cumulative: the last reported value counts. */
  #count(usage: unknown): void {
    const fields = fieldsOf(usage)
    this.#inputTokens = inputTokensOf(fields) ?? this.#inputTokens
    this.#outputTokens = outputTokensOf(fields) ?? this.#outputTokens
  }
}

/** The type of an event is in its data; some gateways give it only there, others only in the `event:` line. */
function eventOf({ event, data }: Frame): { type: string; fields: Fields } {
  if (event === 'ping') return { type: 'ping', fields: {} }
  if (event === 'error') return { type: 'error', fields: fieldsOf(jsonOf(data)) }
  const value = data === '' ? {} : jsonOf(data)
  if (value === undefined) {
    // The data of an unknown event may be anything.
    if (event !== null && !isKeyOf(EVENTS, event)) return { type: event, fields: {} }
    throw new ClaudeFailure('protocol', { retryable: true })
  }
  const fields = fieldsOf(value)
  const names = [fields['type'], event].filter((name) => typeof name === 'string')
  return { type: names.find((name) => isKeyOf(EVENTS, name)) ?? names[0] ?? '', fields }
}

/** Undefined for invalid JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // ignored because: the caller decides what invalid JSON means
    return undefined
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function isKeyOf<Key extends string>(
  table: Readonly<Record<Key, unknown>>,
  key: unknown,
): key is Key {
  return typeof key === 'string' && Object.hasOwn(table, key)
}

/** A plain identifier, such as a type or a stop reason; null for anything else. */
function wordOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : null
}
