// The footer of a reply that has ended. It says how the reply ended, neutrally and the same for everyone.
import type { Ended, Models, Reply } from '@roomcast/shared/protocol'
import { saysSomething } from './newest-replies.ts'
import { words } from '../wording/language.ts'
import { TOKEN_BYTES } from './progress-text.ts'

export interface Footer {
  /** `calm`: nothing went wrong, a stop included. `problem`: something did. */
  readonly tone: 'calm' | 'problem'
  /** Sentences, most important first; empty when there is nothing to say. */
  readonly lines: readonly string[]
  readonly canContinue: boolean
  readonly canRetry: boolean
}

/** Claude's own stop reasons that mean the answer is complete. */
const WHOLE: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence'])

/** The footer of an ended reply; `name` returns the name of a member. */
export function footerOf(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const footer = outcomeFooter(reply, ended, name)
  return ended.omitted ? { ...footer, lines: [...footer.lines, words.ending.omitted] } : footer
}

/** Whether an answer is incomplete: it was stopped, failed, was interrupted, or reached a limit. */
export function isCutOff({ outcome, stop }: Ended): boolean {
  return outcome !== 'completed' || (stop !== undefined && !WHOLE.has(stop))
}

/**
 * Facts about an answer for the curious: its model, its tokens, and their cost if the price is known. A simulated Claude
 * costs nothing. Zeros are omitted.
 */
export function factsOf(
  { model }: Reply,
  { usage }: Ended,
  models: Models | null,
): readonly string[] {
  const known = models?.models.find(({ id }) => id === model)
  const facts = [known?.name ?? model]
  if (usage === undefined) return facts
  const { inputTokens, outputTokens, estimated } = usage
  if (inputTokens + outputTokens === 0) return facts
  facts.push(words.ending.tokens(inputTokens, outputTokens, estimated))
  const { price } = known ?? {}
  const cost = price ? (inputTokens * price.input + outputTokens * price.output) / 1_000_000 : 0
  if (cost > 0 && !models?.simulated) facts.push(words.ending.cost(cost, estimated))
  return facts
}

function outcomeFooter(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const { ending } = words
  const hasText = saysSomething(reply)
  const kept = hasText ? [ending.kept(tokensKept(reply, ended))] : []
  switch (ended.outcome) {
    case 'completed':
      return completed(reply, ended.stop)
    case 'cancelled': {
      const who = ended.by === undefined ? null : name(ended.by)
      const line = hasText ? ending.stopped(who) : ending.stoppedBeforeWord(who)
      const lines = [ended.reason ? ending.because(line, ended.reason) : line, ...kept]
      return { tone: 'calm', lines, canContinue: hasText, canRetry: true }
    }
    case 'interrupted':
      return {
        tone: 'problem',
        lines: [ending.interrupted, ...kept],
        canContinue: hasText,
        canRetry: true,
      }
    case 'failed': {
      const lines = [ended.error?.message ?? ending.failed]
      return { tone: 'problem', lines, canContinue: hasText, canRetry: true }
    }
  }
}

/** The number of tokens kept, in words. After a stop it is usually an estimate, since Claude's own count never arrives. */
function tokensKept({ end }: Reply, { usage }: Ended): string {
  return usage && !usage.estimated
    ? words.ending.count(usage.outputTokens)
    : words.ending.about(usage?.outputTokens ?? Math.ceil(end / TOKEN_BYTES))
}

/** @param stop Claude's own stop reason, as its API names it */
function completed(reply: Reply, stop: string | undefined): Footer {
  const { ending } = words
  const calm = { tone: 'calm', lines: [], canContinue: false, canRetry: false } as const
  switch (stop) {
    case 'max_tokens':
      return {
        ...calm,
        lines: [ending.cut],
        canContinue: saysSomething(reply),
        canRetry: !saysSomething(reply),
      }
    case 'model_context_window_exceeded':
      return { ...calm, lines: [ending.contextFull] }
    case 'refusal':
      return saysSomething(reply)
        ? { ...calm, lines: [ending.declinedToGoOn], canRetry: true }
        : { ...calm, lines: [ending.declined] }
    case 'pause_turn':
      return { ...calm, lines: [ending.paused], canContinue: saysSomething(reply) }
    default:
      return !saysSomething(reply) ? { ...calm, lines: [ending.saidNothing], canRetry: true } : calm
  }
}
