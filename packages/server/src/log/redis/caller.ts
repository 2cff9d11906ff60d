// Runs the scripts, and knows what a failure of Redis leaves behind: what is refused has not been done and will not be.
//
// A command carries the time until which it may be done: one that Redis gets to when nobody waits for it any more does
// nothing. One that was sent and not answered may have been done; it is sent again, which is harmless and gives the first
// answer. Only when that is not answered either is the caller told `storage-uncertain`.
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import { RedisTime } from '../../redis/redis-time.ts'
import { isUnknown, refusalOf } from '../../redis/refusals.ts'
import { type Answer, refusalIn } from './answers.ts'
import { isCommand, type ScriptName, type Scripts } from './scripts.ts'

/** How long a command may wait to be done, ms; well within the 2 s that an answer is waited for. */
const MAY_WAIT_MS = 1500
/** How long a command is sent again that may have been done, ms, and the pause between. */
const PATIENCE_MS = 3000
const PAUSE_MS = 100
/** How often a command is sent again because the clock it met is ahead of the one that was known. */
const MOST_LATE = 2

type Values = readonly (string | number)[]

export class Caller {
  readonly #connections: Connections
  readonly #scripts: Scripts
  readonly #clock: Clock
  /** The clock of Redis, as far as it is known here. */
  readonly time: RedisTime

  constructor(connections: Connections, scripts: Scripts, clock: Clock) {
    this.#connections = connections
    this.#scripts = scripts
    this.#clock = clock
    this.time = new RedisTime(clock)
  }

  /** @throws Refusal: what the script refuses, or the state of Redis */
  async run(name: ScriptName, keys: readonly string[], values: Values = []): Promise<Answer> {
    const answer = isCommand(name)
      ? await this.#command(name, keys, values)
      : await this.translate(this.#send(name, keys, values))
    const refusal = refusalIn(answer)
    if (refusal) throw refusal
    return answer
  }

  /** Gives what Redis gives. @throws Refusal for what Redis refuses */
  async translate<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw refusalOf(error)
    }
  }

  async #command(name: ScriptName, keys: readonly string[], values: Values): Promise<Answer> {
    if (!this.time.isKnown) await this.translate(this.#learnTime())
    const began = this.#clock.now()
    let mayBeDone = false
    let now = this.time.earliest()
    for (let late = 0; ; now = this.time.earliest()) {
      try {
        const answer = await this.#send(name, keys, [...values, now + MAY_WAIT_MS])
        if (answer[0] !== 'late') return answer
        // Done it is not. By the clock that said so, which may be that of another master, it is tried again.
        if (mayBeDone || (late += 1) > MOST_LATE) break
        this.time.forget()
        this.time.learn(this.#clock.now(), Number(answer[1]))
      } catch (error) {
        mayBeDone ||= isUnknown(error)
        if (!mayBeDone) throw refusalOf(error)
        if (this.#clock.now() - began > PATIENCE_MS) break
        await new Promise<void>((resolve) => void this.#clock.after(PAUSE_MS, resolve))
      }
    }
    throw new Refusal(mayBeDone ? 'storage-uncertain' : 'storage-unavailable')
  }

  async #send(name: ScriptName, keys: readonly string[], values: Values): Promise<Answer> {
    return (await this.#connections.run(this.#scripts[name], keys, values)) as Answer
  }

  async #learnTime(): Promise<void> {
    const asked = this.#clock.now()
    const [seconds, micros] = await this.#connections.commands.time()
    this.time.learn(asked, Number(seconds) * 1000 + Math.floor(Number(micros) / 1000))
  }
}
