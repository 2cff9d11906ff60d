// A Claude that follows a script: chunks arrive at simulated times, and every answer begins with its own number, so
// that a reply in the log can be compared with the text really sent.
import type { Clock } from '@roomcast/shared/clock'
import {
  type Chunk,
  type Claude,
  ClaudeFailure,
  type Prompt,
} from '@roomcast/server/generation/claude.ts'

/** The next step of an answer, after `wait` ms: a chunk, or a failure. */
export interface Move {
  readonly wait: number
  readonly then: Chunk | ClaudeFailure
}

/** One request for an answer. `sent` is all text sent so far, of every kind, including half characters. */
export interface Asked {
  readonly number: number
  readonly prompt: Prompt
  sent: string
  /** The answer reached Claude's own end. */
  stopped: boolean
  over: boolean
}

export class ScriptedClaude implements Claude {
  readonly #clock: Clock
  readonly #script: (asked: Asked) => readonly Move[]
  readonly asked: Asked[] = []
  /** Called right before the last chunk of an answer that completes. */
  onStopping: (() => void) | null = null

  constructor(clock: Clock, script: (asked: Asked) => readonly Move[]) {
    this.#clock = clock
    this.#script = script
  }

  /** The number of answers in progress. */
  get running(): number {
    return this.asked.filter(({ over }) => !over).length
  }

  async *ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk> {
    const number = this.asked.length + 1
    const asked: Asked = { number, prompt, sent: '', stopped: false, over: false }
    this.asked.push(asked)
    try {
      for (const { wait, then } of this.#script(asked)) {
        if (wait > 0) await this.#pause(wait, signal)
        if (signal.aborted) return
        if (then instanceof ClaudeFailure) throw then
        if (then.type === 'stopped') {
          asked.stopped = true
          this.onStopping?.()
        }
        if (then.type === 'text') asked.sent += then.text
        yield then
      }
    } finally {
      asked.over = true
    }
  }

  models(): Promise<readonly []> {
    return Promise.resolve([])
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(ms, resolve)
      const abort = () => {
        stop()
        resolve()
      }
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
    })
  }
}
