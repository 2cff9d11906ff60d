import * as v from 'valibot'

/** Every code a refusal can carry, with its standard sentence. PROTOCOL.md has a row for each. */
export const ERROR_CODES = {
  'bad-request': 'The request has an invalid format.',
  'unknown-command': 'Unknown command.',
  unauthenticated: 'You aren’t signed in. Start a session first.',
  'origin-refused': 'Requests from this website are not allowed.',
  'host-refused':
    'This server doesn’t accept this host name. An administrator can add it to ALLOWED_ORIGINS.',
  'protocol-version': 'This page and the server have different versions. Reload the page.',
  'not-found': 'This address doesn’t exist.',
  'room-not-found': 'This room doesn’t exist or you aren’t a member.',
  'generation-not-found': 'This answer doesn’t exist in this room.',
  'message-not-found': 'This message doesn’t exist in this room.',
  'invite-invalid': 'This invite isn’t valid. Ask for a new one.',
  'invite-expired': 'This invite has expired. Ask for a new one.',
  'invite-ended': 'This invite was revoked. Ask for a new one.',
  'message-empty': 'The message is empty.',
  'message-too-long': 'This message is too long.',
  'too-large': 'This request is too large.',
  'queue-full': 'The queue is full.',
  'queue-not-held': 'The queue isn’t paused.',
  'not-queued': 'This question is no longer in the queue.',
  'not-yours': 'Only the author can do this.',
  'owner-only': 'Only the room owner can do this.',
  removed: 'You’re no longer a member of this room.',
  'member-not-found': 'This person isn’t a member of this room.',
  'model-unknown': 'This model isn’t available here.',
  'generation-running': 'Claude is already answering.',
  'generation-not-ended': 'This answer is still being written.',
  busy: 'This server is busy with other answers. Try again in a moment.',
  'spending-off': 'Claude is currently turned off on this server.',
  'tokens-used-up': 'This server has used its tokens for today.',
  'start-code-needed': 'You need this server’s start code to create a room.',
  'rate-limited': 'Too many requests. Wait a moment.',
  'storage-full': 'The server’s storage is full. Nothing was saved.',
  'storage-unavailable': 'The server can’t reach its storage. Nothing was saved.',
  'storage-uncertain': 'The server’s storage didn’t respond. This may or may not have been saved.',
  'shutting-down': 'The server is shutting down. Try again in a moment.',
  internal: 'Something went wrong on the server. Nothing was saved.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Codes after which the same command, sent again unchanged, may succeed. */
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

/** The body of a refusal: `code` for programs, `message` for people, `retryable` for both. */
export type ErrorBody = {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
}

/** Makes the body of a refusal; `message` replaces the standard sentence of the code. */
export function errorBody(code: ErrorCode, message: string = ERROR_CODES[code]): ErrorBody {
  return { code, message, retryable: RETRYABLE.has(code) }
}

/** A refusal, thrown up to the border (HTTP, socket or events) that answers with it. */
export class Refusal extends Error {
  readonly body: ErrorBody

  constructor(code: ErrorCode, message?: string) {
    super(message ?? ERROR_CODES[code])
    this.name = 'Refusal'
    this.body = errorBody(code, message)
  }
}
