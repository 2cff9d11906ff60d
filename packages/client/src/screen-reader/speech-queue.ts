// Says one text after another, at a pace that people can follow.
import type { Clock } from '@roomcast/shared/clock'

export interface SpeechQueue {
  /** Adds an event, before the waiting sentences or, with `last`, after them. */
  readonly event: (text: string, last?: boolean) => void
  readonly sentences: (texts: readonly string[]) => void
  /** Drops the sentences that have not been said yet. */
  readonly dropSentences: () => void
  readonly end: () => void
}

/** @param pace the time between two texts, ms */
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
      // Events keep their order.
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

/** Returns `text` so that it differs from `before`: screen readers announce only a region that changes. */
export function differing(before: string, text: string): string {
  return text === before ? `${text}\u00a0` : text
}
