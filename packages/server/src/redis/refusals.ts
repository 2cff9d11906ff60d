// What a failure of Redis means to whoever asked: a refusal that may be tried again, or a fault of ours.
import { Refusal } from '@roomcast/shared/protocol'

/** Beginnings of what Redis answers while it cannot do what it is asked, but may be able to later. */
const AWAY =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|BUSY|NOAUTH|WRONGPASS|NOPERM|MOVED|ASK|UNBLOCKED)\b/

/** Why a script broke off: its user may not run a command or touch a key, or the script itself has a fault. */
export type ScriptFault = 'denied' | 'failed'

const DENIED = /The user executing the script can't|^NOPERM\b/

/**
 * What is wrong with a script that was answered with this error; null for the states of Redis that pass by themselves. Texts:
 * https://redis.io/docs/latest/develop/programmability/lua-api/#redis.pcall and the ACL errors of Redis 7.0.15.
 */
export function scriptFault(error: unknown): ScriptFault | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  if (DENIED.test(error.message)) return 'denied'
  return /\bOOM\b/.test(error.message) || AWAY.test(error.message) ? null : 'failed'
}

/** A Refusal for what is about Redis, the error itself for everything else. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Refusal || !(error instanceof Error) || isFault(error)) return error
  if (error.name !== 'ReplyError') return new Refusal('storage-unavailable')
  if (/\bOOM\b/.test(error.message)) return new Refusal('storage-full')
  // A user without the right for a command or key, within a script; its text names no code.
  return DENIED.test(error.message) || AWAY.test(error.message)
    ? new Refusal('storage-unavailable')
    : error
}

/** Whether what was asked may have been done: it was sent, and no answer came. */
export function isUnknown(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === 'ReplyError' || isFault(error)) return false
  return !/isn't (writeable|ready)/.test(error.message)
}

/** A mistake in this program. */
function isFault(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
}
