import * as v from 'valibot'

/** Every code a refusal can carry, with what it means. PROTOCOL.md has a row for each. */
export const ERROR_CODES = {
  'bad-request': 'The request does not have the documented shape.',
  'unknown-command': 'There is no such command.',
  unauthenticated: 'There is no valid session; start one first.',
  'origin-refused': 'The page that sent this is not one of this server.',
  'host-refused':
    'This server does not answer to this name; its operator may add it to ALLOWED_ORIGINS.',
  'protocol-version': 'This page is of another version than the server; reload it.',
  'not-found': 'There is no such address.',
  'room-not-found': 'There is no such room, or you are not a member of it.',
  'generation-not-found': 'There is no such generation in this room.',
  'message-not-found': 'There is no such message in this room.',
  'invite-invalid': 'This invite is not valid; ask for a new one.',
  'invite-expired': 'This invite has expired; ask for a new one.',
  'invite-ended': 'This invite was ended; ask for a new one.',
  'message-empty': 'The message is empty.',
  'message-too-long': 'The message is too long.',
  'too-large': 'The request is too large.',
  'queue-full': 'Too many questions are waiting already.',
  'queue-not-held': 'The queue is not held; there is nothing to resume.',
  'not-queued': 'This question is not waiting any more.',
  'not-yours': 'Only its author may do this.',
  'owner-only': 'Only the owner of the room may do this.',
  removed: 'You are not in this room any more.',
  'member-not-found': 'There is no such member in this room.',
  'model-unknown': 'This model cannot be asked here.',
  'generation-running': 'Claude is answering already.',
  'generation-not-ended': 'This generation has not ended yet.',
  busy: 'Too many answers are running on this server; try again in a moment.',
  'spending-off': 'Claude is switched off on this server for now.',
  'tokens-used-up': 'The tokens of this server are used up for today.',
  'start-code-needed': 'Making a room needs the start code of this server.',
  'rate-limited': 'Too fast; wait a moment.',
  'storage-full': 'The storage is full; nothing was saved.',
  'storage-unavailable': 'The storage cannot be reached; nothing was saved.',
  'storage-uncertain': 'The storage did not answer; this may have been saved or not.',
  'shutting-down': 'The server is going down; try again in a moment.',
  internal: 'Something went wrong on the server; nothing was saved.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Codes after which the same command may be sent again, unchanged, and may succeed. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'busy',
  'rate-limited',
  'storage-full',
  'storage-unavailable',
  'storage-uncertain',
  'shutting-down',
  'generation-running',
  'queue-full',
  'internal',
])

export const errorSchema = v.object({
  code: v.string(),
  message: v.string(),
  retryable: v.boolean(),
})

/** What a refusal says: `code` for programs, `message` for people, `retryable` for both. */
export type ErrorBody = {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
}

/** Makes the body of a refusal; `message` replaces the standard sentence of the code. */
export function errorBody(code: ErrorCode, message: string = ERROR_CODES[code]): ErrorBody {
  return { code, message, retryable: RETRYABLE.has(code) }
}

/** A refusal on its way to the border that answers it. */
export class Refusal extends Error {
  readonly body: ErrorBody

  constructor(code: ErrorCode, message?: string) {
    super(message ?? ERROR_CODES[code])
    this.name = 'Refusal'
    this.body = errorBody(code, message)
  }
}
