// A Claude that a test controls: a request waits until the test supplies its chunks.
import type { Chunk, Claude, ModelLimits, Prompt } from '@roomcast/server/generation/claude.ts'
import { ClaudeFailure, type FailureCode } from '@roomcast/server/generation/claude.ts'
import { settle } from './clock.ts'

type Event = { readonly chunk: Chunk } | { readonly failure: unknown } | { readonly aborted: true }

export class ClaudeDouble implements Claude {
  readonly prompts: Prompt[] = []
  readonly #signals: AbortSignal[] = []
  #events: Event[] = []
  #wake: () => void = () => undefined

  /** Whether the newest request was aborted. */
  get aborted(): boolean {
    return this.#signals.at(-1)?.aborted ?? false
  }

  async *ask(prompt: Prompt, signal: AbortSignal): AsyncIterable<Chunk> {
    this.prompts.push(prompt)
    this.#signals.push(signal)
    this.#events = []
    signal.addEventListener('abort', () => this.#tell({ aborted: true }))
    for (;;) {
      const event = this.#events.shift()
      if (event === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
      else if ('chunk' in event) yield event.chunk
      else if ('failure' in event) throw event.failure
      else return
    }
  }

  async models(): Promise<readonly ModelLimits[]> {
    return []
  }

  /** Gives chunks, all at once. */
  async gives(...chunks: readonly Chunk[]): Promise<void> {
    await settle()
    this.hands(...chunks)
    await settle()
  }

  /** Prepares chunks that nobody has read yet. */
  hands(...chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.#tell({ chunk })
  }

  accepts(inputTokens = 100): Promise<void> {
    return this.gives({ type: 'accepted', requestId: 'req_1', inputTokens })
  }

  says(text: string, kind: 'thinking' | 'text' = 'text'): Promise<void> {
    return this.gives({ type: 'text', kind, text })
  }

  stops(stop = 'end_turn'): Promise<void> {
    return this.gives({ type: 'stopped', stop, inputTokens: 120, outputTokens: 30 })
  }

  async fails(code: FailureCode, retryable = true): Promise<void> {
    await this.breaks(new ClaudeFailure(code, { retryable }))
  }

  async breaks(failure: unknown): Promise<void> {
    await settle()
    this.#tell({ failure })
    await settle()
  }

  #tell(event: Event): void {
    this.#events.push(event)
    this.#wake()
  }
}
