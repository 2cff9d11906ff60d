// The configuration: environment variables, read once at startup and validated together.
//
// Guarantees: the result of `readConfig` is complete and valid; all faults are reported, not only the first.
// Owns the names, the defaults and the limits; `.env.example` documents them (a test compares the two).
// Left to others: reading `.env` and printing the faults (main.ts).
import * as v from 'valibot'
import { LIMITS } from '@roomcast/shared/protocol'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const LOG_FORMATS = ['auto', 'readable', 'json'] as const
/** `auto`: readable lines in a terminal, JSON everywhere else. */
export type LogFormat = (typeof LOG_FORMATS)[number]

const THINKING = ['off', 'summary'] as const

const PACES = ['real', 'fast', 'instant'] as const

/** The source of answers. Without a key the program runs its own simulator and says so. */
export type ClaudeSource =
  | { readonly kind: 'api'; readonly apiKey: string; readonly baseUrl: string | undefined }
  | {
      readonly kind: 'simulated'
      readonly pace: (typeof PACES)[number]
      readonly seed: number | undefined
    }

/** A Redis that all nodes share. */
export interface RedisStorage {
  readonly kind: 'redis'
  readonly urls: readonly string[]
  /** Whether it is a cluster, with sharded publish and subscribe. */
  readonly cluster: boolean
  /** The prefix of all keys and channels. */
  readonly namespace: string
  readonly signingKey: Uint8Array
}

/** The storage of rooms. `sqlite`: a file in the data directory. */
type StorageChoice = { readonly kind: 'sqlite' } | RedisStorage

export interface Config {
  /** 0 means any free port. */
  readonly port: number
  readonly host: string
  readonly dataDirectory: string
  readonly storage: StorageChoice
  /** Signs sessions and invites, 32 bytes; if undefined, a key is generated and kept in the data directory. */
  readonly signingKey: Uint8Array | undefined
  /** The public origin of this server, such as `https://rooms.example.org`. */
  readonly publicUrl: string | undefined
  /** Origins of our own pages in addition to the host a request names; includes PUBLIC_URL. */
  readonly allowedOrigins: readonly string[]
  readonly claude: ClaudeSource
  readonly model: string
  readonly maxTokens: number
  /** Limit on the tokens of earlier messages in a prompt. */
  readonly promptTokens: number
  /** Whether Claude is asked to show its thinking in rooms without a setting of their own. */
  readonly thinking: boolean
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
  readonly firstEventMs: number
  readonly silenceMs: number
  readonly answerMs: number
  readonly shutdownMs: number
  readonly inviteDays: number
  readonly sessionDays: number
  /** How many proxies in front are trusted to name the client. */
  readonly trustProxy: number | false
  /** A separate listener for /livez, /readyz and /metrics; 0: any free port, undefined: they are on the public one. */
  readonly operatorPort: number | undefined
  readonly operatorHost: string
  /** Limits on answers that run at once: per node, per member, and per address. */
  readonly maxRunning: number
  readonly maxRunningPerMember: number
  readonly maxRunningPerAddress: number
  /** Limits on questions per minute: per member, and per address. */
  readonly questionsPerMember: number
  readonly questionsPerAddress: number
  /** Limit on tokens per day (UTC) over all nodes; undefined: no limit. */
  readonly dailyTokens: number | undefined
  /** Whether Claude is never asked. */
  readonly spendingOff: boolean
  /** The code that creating a room requires; undefined: none. */
  readonly startCode: string | undefined
}

/** The faults of the configuration, a sentence per line, without the values of secrets. */
export class ConfigError extends Error {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'ConfigError'
    this.lines = lines
  }
}

const DAY_MS = 24 * 60 * 60 * 1000

function wholeNumber(least: number, most: number, preset: number) {
  return v.optional(wholeNumberSchema(least, most), String(preset))
}

function wholeNumberSchema(least: number, most: number) {
  const problem = `must be a whole number from ${least} to ${most}`
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, problem),
    v.transform(Number),
    v.minValue(least, problem),
    v.maxValue(most, problem),
  )
}

function httpUrl(text: string): URL | null {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null
}

/** The origin of `text` if it is an http(s) URL with nothing after the host, else null. */
function originOf(text: string): string | null {
  const url = httpUrl(text)
  return url && url.pathname === '/' && !url.search && !url.hash ? url.origin : null
}

const ORIGIN = 'must be an http or https origin without a path, such as https://rooms.example.org'

const originSchema = v.pipe(
  v.string(),
  v.check((text) => originOf(text) !== null, ORIGIN),
  v.transform((text) => originOf(text) ?? ''),
)

const originListSchema = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
  v.check(
    (parts) => parts.every((part) => originOf(part) !== null),
    'must be origins such as https://rooms.example.org, separated by commas',
  ),
  v.transform((parts) => parts.map((part) => originOf(part) ?? '')),
)

const baseUrlSchema = v.pipe(
  v.string(),
  v.check((text) => {
    const url = httpUrl(text)
    return url !== null && !url.search && !url.hash
  }, 'must be an http or https URL without a query'),
  v.transform((text) => text.replace(/\/+$/, '')),
)

const redisUrlsSchema = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((part) => part.trim())),
  v.check(
    (urls) => urls.every((url) => /^rediss?:$/.test(URL.parse(url)?.protocol ?? '')),
    'must be a redis:// or rediss:// URL, for a cluster several, separated by commas',
  ),
)

const MODES = ['standalone', 'cluster'] as const

const variables = {
  PORT: wholeNumber(0, 65_535, 3000),
  HOST: v.optional(v.string(), '127.0.0.1'),
  DATA_DIR: v.optional(v.string(), './data'),
  REDIS_URL: v.optional(redisUrlsSchema),
  REDIS_MODE: v.optional(v.picklist(MODES, `must be one of ${MODES.join(', ')}`), 'standalone'),
  REDIS_NAMESPACE: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.:-]{1,40}$/, 'must be 1-40 letters, digits or any of _.:-')),
    'roomcast',
  ),
  SIGNING_KEY: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[0-9a-fA-F]{64}$/,
        'must be 64 hexadecimal digits, such as `openssl rand -hex 32` makes',
      ),
    ),
  ),
  PUBLIC_URL: v.optional(originSchema),
  ALLOWED_ORIGINS: v.optional(originListSchema, ''),
  ANTHROPIC_API_KEY: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\x21-\x7e]+$/, 'must not contain spaces or unprintable characters'),
    ),
  ),
  ANTHROPIC_BASE_URL: v.optional(baseUrlSchema),
  MODEL: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.:@/-]{1,100}$/, 'must be the id of a model')),
    'claude-opus-5-5',
  ),
  MAX_TOKENS: wholeNumber(1, 1_000_000, 16_000),
  PROMPT_TOKENS: wholeNumber(1000, 10_000_000, 150_000),
  THINKING: v.optional(v.picklist(THINKING, `must be one of ${THINKING.join(', ')}`), 'off'),
  LOG_LEVEL: v.optional(v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`), 'info'),
  LOG_FORMAT: v.optional(
    v.picklist(LOG_FORMATS, `must be one of ${LOG_FORMATS.join(', ')}`),
    'auto',
  ),
  FIRST_EVENT_MS: wholeNumber(100, DAY_MS, 60_000),
  SILENCE_MS: wholeNumber(100, DAY_MS, 90_000),
  ANSWER_MS: wholeNumber(100, DAY_MS, 900_000),
  SHUTDOWN_MS: wholeNumber(0, DAY_MS, 120_000),
  SIMULATOR_PACE: v.optional(v.picklist(PACES, `must be one of ${PACES.join(', ')}`), 'real'),
  SIMULATOR_SEED: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,10}$/, 'must be a whole number of at most ten digits'),
      v.transform(Number),
    ),
  ),
  INVITE_DAYS: wholeNumber(1, 3650, 7),
  SESSION_DAYS: wholeNumber(1, 3650, 90),
  TRUST_PROXY: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(false|[0-9]|10)$/, 'must be false or the number of proxies in front, 10 at most'),
      v.transform((text): number | false =>
        text === 'false' || text === '0' ? false : Number(text),
      ),
    ),
    'false',
  ),
  OPERATOR_PORT: v.optional(wholeNumberSchema(0, 65_535)),
  OPERATOR_HOST: v.optional(v.string(), '127.0.0.1'),
  MAX_RUNNING: wholeNumber(1, 10_000, 32),
  MAX_RUNNING_PER_MEMBER: wholeNumber(1, 10_000, 4),
  MAX_RUNNING_PER_ADDRESS: wholeNumber(1, 10_000, 8),
  QUESTIONS_PER_MEMBER: wholeNumber(1, 100_000, 20),
  QUESTIONS_PER_ADDRESS: wholeNumber(1, 100_000, 60),
  DAILY_TOKENS: v.optional(wholeNumberSchema(1, 999_999_999_999_999)),
  SPENDING: v.optional(v.picklist(['on', 'off'], 'must be on or off'), 'on'),
  START_CODE: v.optional(
    v.pipe(
      v.string(),
      v.minLength(8, 'must have 8 characters at least'),
      v.maxLength(LIMITS.startCodeLength, `must have ${LIMITS.startCodeLength} characters at most`),
    ),
  ),
  OPEN: v.optional(v.picklist(['yes', 'no'], 'must be yes or no'), 'no'),
} as const

const schema = v.object(variables)

/** The names of all variables. */
export const VARIABLES = Object.keys(variables)

/**
 * Reads the configuration from `env`. Blank values count as unset; other variables are ignored.
 * Throws ConfigError with all faults at once.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {}
  for (const name of VARIABLES) {
    const value = env[name]?.trim()
    if (value) given[name] = value
  }
  const parsed = v.safeParse(schema, given)
  const lines = (parsed.issues ?? []).map((issue) => `${v.getDotPath(issue)} ${issue.message}.`)
  if (given['ANTHROPIC_BASE_URL'] && !given['ANTHROPIC_API_KEY']) {
    lines.push(
      'ANTHROPIC_BASE_URL is set but ANTHROPIC_API_KEY is missing; set the key, or neither.',
    )
  }
  if (given['REDIS_URL'] && !given['SIGNING_KEY']) {
    lines.push(
      'REDIS_URL is set but SIGNING_KEY is missing; all nodes need the same, such as `openssl rand -hex 32` makes.',
    )
  }
  if (given['REDIS_URL']?.includes(',') && given['REDIS_MODE'] !== 'cluster') {
    lines.push('REDIS_URL names several servers; set REDIS_MODE to cluster, or name one.')
  }
  if (isOpenToStrangers(given)) {
    lines.push(
      'Anybody who reaches this server could spend your API key. Set START_CODE to a code that making a room needs,',
      'or set OPEN=yes if everybody who reaches it may make rooms.',
    )
  }
  if (!parsed.success || lines.length > 0) throw new ConfigError([...new Set(lines)])
  return configFrom(parsed.output)
}

/** Whether strangers can reach a node that pays for answers, without a decision that they may create rooms. */
function isOpenToStrangers(given: Readonly<Record<string, string>>): boolean {
  const isBehind = !['false', '0', undefined].includes(given['TRUST_PROXY'])
  const isPublic =
    given['PUBLIC_URL'] !== undefined ||
    given['ALLOWED_ORIGINS'] !== undefined ||
    isBehind ||
    !isLoopback(given['HOST'] ?? '127.0.0.1')
  const isDecided = given['START_CODE'] !== undefined || given['OPEN'] === 'yes'
  return given['ANTHROPIC_API_KEY'] !== undefined && isPublic && !isDecided
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function configFrom(values: v.InferOutput<typeof schema>): Config {
  const apiKey = values.ANTHROPIC_API_KEY
  return {
    port: values.PORT,
    host: values.HOST,
    dataDirectory: values.DATA_DIR,
    storage: storageFrom(values),
    signingKey: values.SIGNING_KEY ? Buffer.from(values.SIGNING_KEY, 'hex') : undefined,
    publicUrl: values.PUBLIC_URL,
    allowedOrigins: [
      ...new Set([...(values.PUBLIC_URL ? [values.PUBLIC_URL] : []), ...values.ALLOWED_ORIGINS]),
    ],
    claude: apiKey
      ? { kind: 'api', apiKey, baseUrl: values.ANTHROPIC_BASE_URL }
      : { kind: 'simulated', pace: values.SIMULATOR_PACE, seed: values.SIMULATOR_SEED },
    model: values.MODEL,
    maxTokens: values.MAX_TOKENS,
    promptTokens: values.PROMPT_TOKENS,
    thinking: values.THINKING === 'summary',
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    firstEventMs: values.FIRST_EVENT_MS,
    silenceMs: values.SILENCE_MS,
    answerMs: values.ANSWER_MS,
    shutdownMs: values.SHUTDOWN_MS,
    inviteDays: values.INVITE_DAYS,
    sessionDays: values.SESSION_DAYS,
    trustProxy: values.TRUST_PROXY,
    operatorPort: values.OPERATOR_PORT,
    operatorHost: values.OPERATOR_HOST,
    maxRunning: values.MAX_RUNNING,
    maxRunningPerMember: values.MAX_RUNNING_PER_MEMBER,
    maxRunningPerAddress: values.MAX_RUNNING_PER_ADDRESS,
    questionsPerMember: values.QUESTIONS_PER_MEMBER,
    questionsPerAddress: values.QUESTIONS_PER_ADDRESS,
    dailyTokens: values.DAILY_TOKENS,
    spendingOff: values.SPENDING === 'off',
    startCode: values.START_CODE,
  }
}

function storageFrom(values: v.InferOutput<typeof schema>): StorageChoice {
  if (!values.REDIS_URL || !values.SIGNING_KEY) return { kind: 'sqlite' }
  return {
    kind: 'redis',
    urls: values.REDIS_URL,
    cluster: values.REDIS_MODE === 'cluster',
    namespace: values.REDIS_NAMESPACE,
    signingKey: Buffer.from(values.SIGNING_KEY, 'hex'),
  }
}
