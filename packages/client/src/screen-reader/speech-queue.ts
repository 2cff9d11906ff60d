// Says one thing after the other, at a pace that can be listened to.
import type { Clock } from '@roomcast/shared/clock'

export interface SpeechQueue {
  /** Something that happened: before the sentences that wait, or with `last` after them. */
  readonly event: (text: string, last?: boolean) => void
  readonly sentences: (texts: readonly string[]) => void
  /** Forgets the sentences that were not said yet. */
  readonly dropSentences: () => void
  readonly end: () => void
}

/** @param pace between two things that are said, ms */
export function speechQueue(say: (text: string) => void, clock: Clock, pace: number): SpeechQueue {
  let waiting: { readonly text: string; readonly sentence: boolean }[] = []
  let before = ''
  let cancel: (() => void) | null = null
  const next = (): void => {
    cancel = null
    const first = waiting.shift()
    if (!first) return
    say((before = differing(before, first.text)))
    cancel = clock.after(pace, next)
  }
  const go = (): void => {
    if (cancel === null) next()
  }
  return {
    event(text, last = false) {
      // What happened keeps its order.
      const at = last ? waiting.length : waiting.findLastIndex(({ sentence }) => !sentence) + 1
      waiting.splice(at, 0, { text, sentence: false })
      go()
    },
    sentences(texts) {
      waiting.push(...texts.map((text) => ({ text, sentence: true })))
      go()
    },
    dropSentences: () => (waiting = waiting.filter(({ sentence }) => !sentence)),
    end: () => cancel?.(),
  }
}

/** `text` so that a region that says `before` changes: no screen reader says again what stays. */
export function differing(before: string, text: string): string {
  return text === before ? `${text}\u00a0` : text
}
