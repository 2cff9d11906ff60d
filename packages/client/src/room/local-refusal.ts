// Refusals by this page instead of the server. They carry only a code, to which the page adds the text.
import type { CommandResult } from '@roomcast/shared/protocol'

/**
 * `taken-back`: the member withdrew the command. `room-left`: the page left the room. `unreadable`: the server's result does
 * not have the documented form. The others are codes of the server for problems that this page detects by itself.
 */
type LocalCode =
  'taken-back' | 'room-left' | 'unreadable' | 'message-too-long' | 'too-large' | 'protocol-version'

export type CommandError = Extract<CommandResult, { ok: false }>['error']

export function localRefusal<Code extends LocalCode>(code: Code) {
  return { code, message: '', retryable: false } as const
}
