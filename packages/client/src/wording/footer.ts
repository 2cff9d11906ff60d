// What stands below a reply that has ended: how it ended, as what it is, the same for everyone.
import type { Ended, Reply } from '@roomcast/shared/protocol'
import { saysSomething } from '../room/newest-replies.ts'

export interface Footer {
  /** `calm`: nothing went wrong, a stop included. `problem`: something did. */
  readonly tone: 'calm' | 'problem'
  /** Sentences, most important first; empty when there is nothing to say. */
  readonly lines: readonly string[]
  readonly canContinue: boolean
  readonly canRetry: boolean
}

const OMITTED = 'Older talk did not fit and was left out'

/** The footer of an ended reply; `name` gives a member's name. */
export function footerOf(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const footer = outcomeFooter(reply, ended, name)
  return ended.omitted ? { ...footer, lines: [...footer.lines, OMITTED] } : footer
}

function outcomeFooter(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const hasText = saysSomething(reply)
  switch (ended.outcome) {
    case 'completed':
      return completed(reply, ended.stop)
    case 'cancelled': {
      const who = ended.by === undefined ? 'Stopped' : `Stopped by ${name(ended.by)}`
      const when = hasText ? '' : ' before the first word'
      const why = ended.reason ? `: ${ended.reason}` : ''
      const lines = [`${who}${when}${why}`]
      return { tone: 'calm', lines, canContinue: hasText, canRetry: true }
    }
    case 'interrupted':
      return {
        tone: 'problem',
        lines: ['Interrupted: the server broke off'],
        canContinue: hasText,
        canRetry: true,
      }
    case 'failed': {
      const lines = [ended.error?.message ?? 'Claude could not answer']
      return { tone: 'problem', lines, canContinue: hasText, canRetry: true }
    }
  }
}

/** @param stop Claude's own reason for ending, in the words of its API */
function completed(reply: Reply, stop: string | undefined): Footer {
  const calm = { tone: 'calm', lines: [], canContinue: false, canRetry: false } as const
  switch (stop) {
    case 'max_tokens':
      return {
        ...calm,
        lines: ['Cut at the length limit'],
        canContinue: saysSomething(reply),
        canRetry: !saysSomething(reply),
      }
    case 'model_context_window_exceeded':
      return { ...calm, lines: ['Cut: the conversation is as long as Claude can read'] }
    case 'refusal':
      return { ...calm, lines: ['Claude declined to answer'] }
    case 'pause_turn':
      return { ...calm, lines: ['Claude paused here'], canContinue: saysSomething(reply) }
    default:
      return !saysSomething(reply)
        ? { ...calm, lines: ['Claude said nothing'], canRetry: true }
        : calm
  }
}
