// Refusals that come from this page and not from the server. They carry a code; the page has the words for it.
import type { CommandResult } from '@roomcast/shared/protocol'

/**
 * `taken-back`: its member took the command back. `room-left`: nobody waits for the answer any more. `unreadable`: the answer of
 * the server has another form than documented. The others are codes of the server that this page finds out by itself.
 */
type LocalCode =
  'taken-back' | 'room-left' | 'unreadable' | 'message-too-long' | 'too-large' | 'protocol-version'

export type CommandError = Extract<CommandResult, { ok: false }>['error']

export function localRefusal<Code extends LocalCode>(code: Code) {
  return { code, message: '', retryable: false } as const
}
