// The scripts of the adapter: one for each operation, run by Redis in one step.
import { LIMITS } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { loadScript, type Script } from '../../redis/script.ts'

const FILES = [
  'create-room',
  'join',
  'post',
  'start',
  'withdraw',
  'resume',
  'edit',
  'retract',
  'configure',
  'remove',
  'invites',
  'append-reply',
  'renew',
  'end',
  'recover-room',
  'read',
  'page',
  'checkpoint',
  'position',
  'reassert',
  'delete-room',
  'summary',
  'sweep',
  'forget-room',
  'touch',
  'enlist',
  'delist',
] as const
/**
 * Commands of members: once the caller has stopped waiting they may not be done any more, as when a frozen Redis
 * goes on. Their last ARGV says until when they may, by the clock of Redis.
 */
const COMMANDS: ReadonlySet<string> = new Set<ScriptName>([
  'create-room',
  'join',
  'post',
  'start',
  'withdraw',
  'resume',
  'edit',
  'retract',
  'configure',
  'remove',
  'invites',
  'end',
  'delete-room',
])
/** What only ends or takes away, or shows that an owner lives: it is done also when the memory of Redis is full. */
const WHEN_FULL: ReadonlySet<string> = new Set<ScriptName>([
  'end',
  'withdraw',
  'retract',
  'remove',
  'renew',
  'recover-room',
  'delete-room',
])
const ALLOW_FULL = '#!lua flags=allow-oom'
const TOO_LATE = "if now() > tonumber(ARGV[#ARGV]) then return { 'late', whole(now()) } end"

export type ScriptName = (typeof FILES)[number]
export type Scripts = Readonly<Record<ScriptName, Script>>

/** Commands are remembered this long. */
const REMEMBER_MS = 7 * 24 * 60 * 60 * 1000

export interface ScriptSettings {
  readonly publishCommand: 'publish' | 'spublish'
  /** An owner that has not shown itself for so long is dead. */
  readonly leaseMs: number
  /** How long after a look at the storage's clock a lease may still be judged. */
  readonly freshMs: number
}

/** Loads all scripts, with their constants. */
export function loadScripts({ publishCommand, leaseMs, freshMs }: ScriptSettings): Scripts {
  const prelude = loadScript(import.meta.url, 'prelude.lua').lua
  const constants = [
    `local PUBLISH = '${publishCommand}'`,
    `local LEASE_MS = ${leaseMs}`,
    `local FRESH_MS = ${freshMs}`,
    `local REMEMBER_MS = ${REMEMBER_MS}`,
    `local QUEUE_LENGTH = ${LIMITS.queueLength}`,
    `local QUEUE_LENGTH_PER_MEMBER = ${LIMITS.queueLengthPerMember}`,
    `local DIGEST_OF_NOTHING = '${digest('')}'`,
  ]
  const before = [...constants, prelude].join('\n')
  const scripts = FILES.map((file) => {
    const head = WHEN_FULL.has(file) ? `${ALLOW_FULL}\n${before}` : before
    const guard = isCommand(file) ? `${head}\n${TOO_LATE}` : head
    return [file, loadScript(import.meta.url, `${file}.lua`, guard)]
  })
  return Object.fromEntries(scripts) as Scripts
}

export function isCommand(name: ScriptName): boolean {
  return COMMANDS.has(name)
}
