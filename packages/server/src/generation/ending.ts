// The end of an answer: its outcome, and its error in words for members.
import type { GenerationEnded, MemberId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { INTERRUPTED, type NewEnd } from '../judge/room-log.ts'
import { ClaudeFailure, FAILURES, type FailureCode } from './claude.ts'

/** The reason why a generation stopped reading before Claude's own end. */
export type Why =
  | { readonly kind: 'ended'; readonly ended: GenerationEnded | null }
  | { readonly kind: 'failed'; readonly code: FailureCode }
  | { readonly kind: 'storage' }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'full' }
  /** A member's stop that the log could not take yet. */
  | { readonly kind: 'cancelled'; readonly by: MemberId; readonly reason: string | undefined }

export type Ending = Pick<NewEnd, 'outcome' | 'stop' | 'error' | 'by' | 'reason'>

/** Claude's own stop reasons that explain an answer without text. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  'refusal',
  'max_tokens',
  'model_context_window_exceeded',
])

/**
 * @param why null if Claude came to its own end
 * @param stop Claude's own stop reason
 * @param hasSaid whether the answer has any visible text
 */
export function endingOf(why: Why | null, stop: string, hasSaid: boolean): Ending {
  switch (why?.kind) {
    case undefined:
      return hasSaid || MAY_BE_EMPTY.has(stop)
        ? { outcome: 'completed', stop }
        : failed('empty-answer', FAILURES['empty-answer'])
    case 'full':
      return { outcome: 'completed', stop: 'max_tokens' }
    case 'cancelled':
      return {
        outcome: 'cancelled',
        by: why.by,
        ...(why.reason === undefined ? {} : { reason: why.reason }),
      }
    case 'failed':
      return failed(why.code, FAILURES[why.code])
    case 'storage':
      return failed(
        'storage-unavailable',
        'The server couldn’t reach its storage for too long, so the answer ends here.',
      )
    case 'shutdown':
    case 'ended':
      return { outcome: 'interrupted', error: INTERRUPTED }
  }
}

function failed(code: string, message: string): Ending {
  return { outcome: 'failed', error: { code, message } }
}

/** The error that members see; an unexpected error is not described to them. */
export function failureBody(error: unknown): { code: string; message: string } {
  if (error instanceof ClaudeFailure || error instanceof Refusal)
    return {
      code: error instanceof ClaudeFailure ? error.code : error.body.code,
      message: error.message,
    }
  return { code: 'internal', message: 'Something went wrong on the server.' }
}
