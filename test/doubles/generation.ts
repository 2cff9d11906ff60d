// One generation at work: a room in memory, a storage and a Claude that a test controls, and a simulated clock.
import type { Ended, Reply } from '@roomcast/shared/protocol'
import type { Started } from '@roomcast/server/judge/room-log.ts'
import type { Prompt } from '@roomcast/server/generation/claude.ts'
import {
  type Finished,
  Generation,
  type GenerationOptions,
} from '@roomcast/server/generation/generation.ts'
import { retryDelay } from '@roomcast/server/generation/retry-delay.ts'
import { ClaudeDouble } from './claude.ts'
import { StorageDouble } from './storage.ts'
import { settle, SimulatedClock } from './clock.ts'
import { TestRoom } from './room.ts'

export const FIRST_EVENT_MS = 10_000
export const SILENCE_MS = 20_000
export const ANSWER_MS = 100_000

export const PROMPT: Prompt = {
  model: 'claude-opus-5-5',
  maxTokens: 1000,
  thinking: false,
  system: '',
  turns: [{ role: 'user', parts: ['Why?'] }],
}

export class TestGeneration {
  readonly clock: SimulatedClock
  readonly room: TestRoom
  readonly storage: StorageDouble
  readonly claude = new ClaudeDouble()
  readonly started: Started
  /** The result of `run`, once it has finished. */
  finished: Finished | null = null
  #generation: Generation | null = null
  #running: Promise<Finished> | null = null

  /** A room in which Alice has just asked, and nothing runs yet. */
  static async open(): Promise<TestGeneration> {
    const clock = new SimulatedClock()
    const room = await TestRoom.open(clock)
    return new TestGeneration(clock, room, await room.asked('alice', 'Why?'))
  }

  private constructor(clock: SimulatedClock, room: TestRoom, started: Started) {
    this.clock = clock
    this.room = room
    this.storage = new StorageDouble(room.log)
    this.started = started
  }

  get generation(): Generation {
    if (!this.#generation) throw new Error('nothing was run')
    return this.#generation
  }

  get running(): Promise<Finished> {
    if (!this.#running) throw new Error('nothing was run')
    return this.#running
  }

  /** Starts the generation. */
  async run(options: Partial<GenerationOptions> = {}): Promise<void> {
    this.#generation = new Generation({
      log: this.storage.log,
      claude: this.claude,
      clock: this.clock,
      started: this.started,
      limits: { firstEventMs: FIRST_EVENT_MS, silenceMs: SILENCE_MS, answerMs: ANSWER_MS },
      prompt: async () => ({ prompt: PROMPT, omitted: false }),
      nextId: () => this.room.newId(),
      retryDelay: (failure, attempt) => retryDelay(failure, attempt, 0),
      ...options,
    })
    this.#running = this.#generation.run()
    void this.#running.then(
      (result) => (this.finished = result),
      () => undefined,
    )
    await settle()
  }

  /** Cancels as a member does, and notifies the generation as the log notifies its followers. */
  async cancel(by = 'bob'): Promise<void> {
    await this.room.cancel(by, this.started.generationId)
    this.generation.ended(null)
    await settle()
  }

  reply(): Promise<Reply> {
    return this.room.reply(this.started.generationId)
  }

  async ended(): Promise<Ended | null> {
    return (await this.reply()).ended
  }
}
