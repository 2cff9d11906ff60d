// The scripts of the adapter: one for each operation. Redis runs each in one step.
import { digest } from '@roomcast/shared/digest'
import { DOCKET_VERSION } from '../../decide/saved-docket.ts'
import { MOST_BEHIND, MOST_BYTES_BEHIND, REMEMBER_MS } from '../limits.ts'
import { loadScript, type Script } from '../../redis/script.ts'

const FILES = [
  'append',
  'find',
  'lapsed',
  'append-reply',
  'renew',
  'read',
  'page',
  'checkpoint',
  'position',
  'standing',
  'restore',
  'delete-room',
  'summary',
  'sweep',
  'forget-room',
  'touch',
  'enlist',
  'delist',
] as const
/** The same script as `append`, for appends that a Redis with full memory accepts too. */
const FREEING = 'append-freeing'
/**
 * Scripts that carry out commands of members. They must not be done after the caller has stopped waiting, for example when a
 * frozen Redis continues. The last ARGV is the deadline by the clock of Redis.
 */
const COMMANDS: ReadonlySet<string> = new Set<ScriptName>(['append', FREEING, 'delete-room'])
/** Scripts that only end or remove something, or renew a lease: they also run when the memory of Redis is full. */
const WHEN_FULL: ReadonlySet<string> = new Set<ScriptName>([
  FREEING,
  'renew',
  'lapsed',
  'delete-room',
])
/** Scripts that write entries. */
const WRITES: ReadonlySet<string> = new Set<ScriptName>(['append', FREEING, 'restore'])
const ALLOW_FULL = '#!lua flags=allow-oom'
const TOO_LATE = "if now() > tonumber(ARGV[#ARGV]) then return { 'late', whole(now()) } end"

export type ScriptName = (typeof FILES)[number] | typeof FREEING
export type Scripts = Readonly<Record<ScriptName, Script>>

interface ScriptSettings {
  readonly publishCommand: 'publish' | 'spublish'
  /** An owner that has not renewed its lease for this long, ms, counts as dead. */
  readonly leaseMs: number
  /** How long after the storage's clock was read a lease may be judged, ms. */
  readonly freshMs: number
}

/** Loads all scripts, with their constants. */
export function loadScripts({ publishCommand, leaseMs, freshMs }: ScriptSettings): Scripts {
  const [prelude, cards] = ['prelude.lua', 'cards.lua'].map(
    (file) => loadScript(import.meta.url, file).lua,
  )
  const constants = [
    `local PUBLISH = '${publishCommand}'`,
    `local LEASE_MS = ${leaseMs}`,
    `local FRESH_MS = ${freshMs}`,
    `local REMEMBER_MS = ${REMEMBER_MS}`,
    `local MOST_BEHIND = ${MOST_BEHIND}`,
    `local MOST_BYTES_BEHIND = ${MOST_BYTES_BEHIND}`,
    `local DOCKET_VERSION = '${DOCKET_VERSION}'`,
    `local DIGEST_OF_NOTHING = '${digest('')}'`,
  ]
  const scripts = [...FILES, FREEING].map((name) => {
    const before = [
      ...(WHEN_FULL.has(name) ? [ALLOW_FULL] : []),
      ...constants,
      prelude,
      ...(isCommand(name as ScriptName) ? [TOO_LATE] : []),
      ...(WRITES.has(name) ? [cards] : []),
    ].join('\n')
    const file = name === FREEING ? 'append' : name
    const script = loadScript(import.meta.url, `${file}.lua`, before)
    return [name, { ...script, name: `roomcast-${name}` }]
  })
  return Object.fromEntries(scripts) as Scripts
}

export function isCommand(name: ScriptName): boolean {
  return COMMANDS.has(name)
}
