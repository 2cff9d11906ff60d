// Claude from a script: chunks come when the simulated clock says so, and every answer begins with a number of its
// own, so that a reply in the log can be held against what was really sent.
import type { Clock } from '@roomcast/shared/clock'
import {
  type Chunk,
  type Claude,
  ClaudeFailure,
  type Prompt,
} from '@roomcast/server/generation/claude.ts'

/** What happens next in an answer: a chunk, or a failure; after `wait` ms. */
export interface Move {
  readonly wait: number
  readonly then: Chunk | ClaudeFailure
}

/** One answer as it was asked for. `sent` is the text that has left, of all kinds, half characters included. */
export interface Asked {
  readonly number: number
  readonly prompt: Prompt
  sent: string
  /** It came to Claude's own end. */
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

  /** How many answers are under way. */
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
