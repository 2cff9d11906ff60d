// Translates failures of Redis for the caller: into a refusal that may be retried, or a fault of this program.
import { Refusal } from '@roomcast/shared/protocol'

/** Codes of errors that Redis gives while it cannot run a command but may be able to later. */
const AWAY =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|BUSY|NOAUTH|WRONGPASS|NOPERM|MOVED|ASK|UNBLOCKED)\b/

/** Why a script broke off: the user may not run a command or use a key, or the script itself has a fault. */
export type ScriptFault = 'denied' | 'failed'

const DENIED = /The user executing the script can't|^NOPERM\b/

/**
 * The fault of a script that failed with this error; null for temporary states of Redis. Texts:
 * https://redis.io/docs/latest/develop/programmability/lua-api/#redis.pcall and the ACL errors of Redis 7.0.15.
 */
export function scriptFault(error: unknown): ScriptFault | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  if (DENIED.test(error.message)) return 'denied'
  return /\bOOM\b/.test(error.message) || AWAY.test(error.message) ? null : 'failed'
}

/** A Refusal for errors about the state of Redis; any other error unchanged. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Refusal || !(error instanceof Error) || isFault(error)) return error
  if (error.name !== 'ReplyError') return new Refusal('storage-unavailable')
  if (/\bOOM\b/.test(error.message)) return new Refusal('storage-full')
  // DENIED: within a script, a missing permission for a command or key has no error code.
  return DENIED.test(error.message) || AWAY.test(error.message)
    ? new Refusal('storage-unavailable')
    : error
}

/** Whether the command may have been done: it was sent, and no answer came. */
export function isUnknown(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === 'ReplyError' || isFault(error)) return false
  return !/isn't (writeable|ready)/.test(error.message)
}

/** A mistake in this program. */
function isFault(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
}
