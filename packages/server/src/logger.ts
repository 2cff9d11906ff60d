// The server's log, for its operator. Each line is JSON; log-destination.ts makes it readable in a terminal.
//
// Guarantees: only the fields of LogFields are written, each only if its value has the expected form, so
// prompts, messages, names, tokens, cookies and keys cannot get in, not even through errors, whose
// messages are left out unless this program wrote them (those of the SDK carry request bodies). No value
// contains control characters, and each has a maximum length, so none can disturb a terminal.
// Left to callers: the sentence itself, which must be a constant.
import { pino, type DestinationStream } from 'pino'
import { Refusal } from '@roomcast/shared/protocol'
import type { LogLevel } from './config.ts'

/** All fields of a log line besides its sentence. Values of another form are dropped. */
export interface LogFields {
  readonly roomId?: string
  readonly memberId?: string
  /** The pseudonym of the member in the metrics, see member-label.ts. */
  readonly member?: string
  readonly messageId?: string
  readonly generationId?: string
  readonly connectionId?: string
  readonly commandId?: string
  readonly command?: string
  readonly code?: string
  readonly outcome?: string
  readonly reason?: string
  readonly model?: string
  readonly method?: string
  /** Without the query; the secrets in addresses of invites and personal links are removed. */
  readonly path?: string
  readonly host?: string
  readonly status?: number
  readonly port?: number
  readonly pid?: number
  readonly ms?: number
  readonly bytes?: number
  readonly count?: number
  readonly offset?: number
  readonly end?: number
  readonly number?: number
  readonly attempt?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly simulated?: boolean
  /** Claude's own reason for a refusal; the caller has removed everything that was in the prompt. */
  readonly why?: string
  readonly err?: unknown
}

interface LogMethod {
  (fields: LogFields, sentence: string): void
  (sentence: string): void
}

export type Logger = Readonly<Record<'debug' | 'info' | 'warn' | 'error' | 'fatal', LogMethod>>

type Rule = (value: unknown) => unknown

/** Limits on the characters of one value, and of the sentence. */
const LONGEST = 300
const LONGEST_SENTENCE = 1000
const oneLine = (text: string, longest = LONGEST): string =>
  text.slice(0, longest).replace(/\p{C}/gu, ' ')

/** An id or a word of the program: no spaces, no API key, nothing long enough for a token. */
const word: Rule = (value) =>
  typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) && !/^sk-/i.test(value)
    ? value
    : undefined
const amount: Rule = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
/** One line of Claude's, without anything that could be a key or a token. */
const sentence: Rule = (value) =>
  typeof value === 'string'
    ? oneLine(value).replace(/\bsk-[\w-]*|[\w.+/=-]{40,}/gi, '…')
    : undefined
const flag: Rule = (value) => (typeof value === 'boolean' ? value : undefined)

const rules: Readonly<Record<keyof LogFields, Rule>> = {
  roomId: word,
  memberId: word,
  member: word,
  messageId: word,
  generationId: word,
  connectionId: word,
  commandId: word,
  command: word,
  code: word,
  outcome: word,
  reason: word,
  model: word,
  method: word,
  path: (value) => (typeof value === 'string' ? cleanPath(value) : undefined),
  host: word,
  status: amount,
  port: amount,
  pid: amount,
  ms: amount,
  bytes: amount,
  count: amount,
  offset: amount,
  end: amount,
  number: amount,
  attempt: amount,
  inputTokens: amount,
  outputTokens: amount,
  simulated: flag,
  why: sentence,
  err: (value) => describeError(value, 0),
}

/**
 * Creates a logger that writes lines of `level` and above to `destination` (by default standard output).
 */
export function makeLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const lines = destination ? pino(options, destination) : pino(options)
  const method =
    (name: keyof Logger): LogMethod =>
    (first: LogFields | string, sentence?: string) => {
      const said = typeof first === 'string' ? first : sentence
      const line = typeof said === 'string' ? oneLine(said, LONGEST_SENTENCE) : ''
      if (typeof first === 'string') lines[name](line)
      else lines[name](permitted(first), line)
    }
  return {
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
  }
}

function permitted(fields: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = rule(fields[name as keyof LogFields])
    if (value !== undefined) kept[name] = value
  }
  return kept
}

/** The path of an address, without its query and without the secrets in some paths. */
export function cleanPath(address: string): string {
  const path = /^[^?#]*/.exec(address)?.[0] ?? ''
  return path
    .replace(/\/(invite|back)\/.*/is, '/$1/…')
    .replace(/[^\w.\-~/…%:]/g, '')
    .split('/')
    .map((part) => (part.length > 64 ? '…' : part))
    .join('/')
    .slice(0, LONGEST)
}

const CAUSES = 3

function describeError(error: unknown, depth: number): unknown {
  if (error === undefined) return undefined
  if (!(error instanceof Error)) return { name: typeof error }
  const described: Record<string, unknown> = { name: word(error.name) ?? 'Error' }
  for (const key of ['code', 'syscall', 'requestID'] as const) {
    const value = word(read(error, key))
    if (value !== undefined) described[key] = value
  }
  for (const key of ['status', 'errno', 'errcode', 'port'] as const) {
    const value = amount(read(error, key))
    if (value !== undefined) described[key] = value
  }
  if (error instanceof Refusal) {
    described['code'] = error.body.code
    described['message'] = oneLine(error.message)
  }
  described['stack'] = frames(error)
  if (error.cause !== undefined && depth < CAUSES) {
    described['cause'] = describeError(error.cause, depth + 1)
  }
  return described
}

function read(error: Error, key: string): unknown {
  return (error as unknown as Record<string, unknown>)[key]
}

/** The lines of a stack that name code locations; the head is dropped, since it repeats the message. */
function frames(error: Error): readonly string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const head = error.message === '' ? -1 : stack.indexOf(error.message)
  const rest = head < 0 ? stack : stack.slice(head + error.message.length)
  return rest
    .split('\n')
    .filter((line) => /^\s+at (\S+ )*\(?(file:|node:|\/|[A-Za-z]:\\)\S+:\d+:\d+\)?$/.test(line))
    .map((line) => oneLine(line.trim()))
}
