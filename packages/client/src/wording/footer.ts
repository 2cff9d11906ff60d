// What stands below a reply that has ended: how it ended, as what it is, the same for everyone.
import type { Ended, Models, Reply } from '@roomcast/shared/protocol'
import { saysSomething } from '../room/newest-replies.ts'
import { words } from './language.ts'
import { TOKEN_BYTES } from './strip-text.ts'

export interface Footer {
  /** `calm`: nothing went wrong, a stop included. `problem`: something did. */
  readonly tone: 'calm' | 'problem'
  /** Sentences, most important first; empty when there is nothing to say. */
  readonly lines: readonly string[]
  readonly canContinue: boolean
  readonly canRetry: boolean
}

/** The footer of an ended reply; `name` gives a member's name. */
export function footerOf(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const footer = outcomeFooter(reply, ended, name)
  return ended.omitted ? { ...footer, lines: [...footer.lines, words.ending.omitted] } : footer
}

/** What an answer took, for the curious: its model, its tokens, and what they cost where prices are known. */
export function factsOf(
  { model }: Reply,
  { usage }: Ended,
  models: Models | null,
): readonly string[] {
  const known = models?.models.find(({ id }) => id === model)
  const facts = [known?.name ?? model]
  if (usage === undefined) return facts
  const { inputTokens, outputTokens, estimated } = usage
  facts.push(words.ending.tokens(inputTokens, outputTokens, estimated))
  const { price } = known ?? {}
  if (price) {
    const cost = (inputTokens * price.input + outputTokens * price.output) / 1_000_000
    facts.push(words.ending.cost(cost, estimated))
  }
  return facts
}

function outcomeFooter(reply: Reply, ended: Ended, name: (memberId: string) => string): Footer {
  const { ending } = words
  const hasText = saysSomething(reply)
  const tokens = hasText ? tokensKept(reply, ended) : null
  switch (ended.outcome) {
    case 'completed':
      return completed(reply, ended.stop)
    case 'cancelled': {
      const who = ended.by === undefined ? null : name(ended.by)
      const line = hasText ? ending.stopped(who, tokens) : ending.stoppedBeforeWord(who)
      const lines = [ended.reason ? ending.because(line, ended.reason) : line]
      return { tone: 'calm', lines, canContinue: hasText, canRetry: true }
    }
    case 'interrupted':
      return {
        tone: 'problem',
        lines: [ending.interrupted(tokens)],
        canContinue: hasText,
        canRetry: true,
      }
    case 'failed': {
      const lines = [ended.error?.message ?? ending.failed]
      return { tone: 'problem', lines, canContinue: hasText, canRetry: true }
    }
  }
}

/** Tokens of what was kept, in words; whoever stops an answer does not learn Claude's own count. */
function tokensKept({ end }: Reply, { usage }: Ended): string {
  return usage && !usage.estimated
    ? words.ending.count(usage.outputTokens)
    : words.ending.about(usage?.outputTokens ?? Math.ceil(end / TOKEN_BYTES))
}

/** @param stop Claude's own reason for ending, in the words of its API */
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
      return { ...calm, lines: [ending.declined] }
    case 'pause_turn':
      return { ...calm, lines: [ending.paused], canContinue: saysSomething(reply) }
    default:
      return !saysSomething(reply) ? { ...calm, lines: [ending.saidNothing], canRetry: true } : calm
  }
}
