// How an answer ends, in the words that members read.
import type { GenerationEnded, MemberId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { INTERRUPTED, type NewEnd } from '../judge/room-log.ts'
import { ClaudeFailure, FAILURES, type FailureCode } from './claude.ts'

/** Why a generation stopped reading before Claude's own end. */
export type Why =
  | { readonly kind: 'ended'; readonly ended: GenerationEnded | null }
  | { readonly kind: 'failed'; readonly code: FailureCode }
  | { readonly kind: 'storage' }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'full' }
  /** A member's stop that the log could not take yet. */
  | { readonly kind: 'cancelled'; readonly by: MemberId; readonly reason: string | undefined }

export type Ending = Pick<NewEnd, 'outcome' | 'stop' | 'error' | 'by' | 'reason'>

/** Claude's own reasons that explain an answer in which nothing is written. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  'refusal',
  'max_tokens',
  'model_context_window_exceeded',
])

/**
 * @param why null when Claude has come to its own end
 * @param stop Claude's own reason
 * @param hasSaid whether there is anything to read in the answer
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
        'The storage was away too long, so the answer ends here.',
      )
    case 'shutdown':
    case 'ended':
      return { outcome: 'interrupted', error: INTERRUPTED }
  }
}

function failed(code: string, message: string): Ending {
  return { outcome: 'failed', error: { code, message } }
}

/** What members are told of an error; of one that nobody expected, only that there was one. */
export function failureBody(error: unknown): { code: string; message: string } {
  if (error instanceof ClaudeFailure || error instanceof Refusal)
    return {
      code: error instanceof ClaudeFailure ? error.code : error.body.code,
      message: error.message,
    }
  return { code: 'internal', message: 'Something went wrong on the server.' }
}
