// Runs the scripts, and keeps failures of Redis unambiguous: a refused call was not done and will not be done later.
//
// A command carries a deadline: if Redis gets to it after the caller has stopped waiting, it does nothing. A command that
// was sent but not answered may have been done; it is sent again, which is harmless and returns the original answer. The
// caller is told `storage-uncertain` only if that is not answered either.
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import { RedisTime } from '../../redis/redis-time.ts'
import { isUnknown, refusalOf } from '../../redis/refusals.ts'
import { type Answer, refusalIn } from './answers.ts'
import { isCommand, type ScriptName, type Scripts } from './scripts.ts'

/** How long a command may wait in Redis before it is done, ms; well within the 2 s that a caller waits for an answer. */
const MAY_WAIT_MS = 1500
/** How long a command that may have been done is retried, ms, and the pause between retries. */
const PATIENCE_MS = 3000
const PAUSE_MS = 100
/** How often a command is retried because the clock of the Redis it met is ahead of the one known here. */
const MOST_LATE = 2

type Values = readonly (string | number)[]

export class Caller {
  readonly #connections: Connections
  readonly #scripts: Scripts
  readonly #clock: Clock
  /** The estimated clock of Redis. */
  readonly time: RedisTime

  constructor(connections: Connections, scripts: Scripts, clock: Clock) {
    this.#connections = connections
    this.#scripts = scripts
    this.#clock = clock
    this.time = new RedisTime(clock)
  }

  /** @throws Refusal by the script, or because of the state of Redis */
  async run(name: ScriptName, keys: readonly string[], values: Values = []): Promise<Answer> {
    const answer = isCommand(name)
      ? await this.#command(name, keys, values)
      : await this.translate(this.#send(name, keys, values))
    const refusal = refusalIn(answer)
    if (refusal) throw refusal
    return answer
  }

  /** Passes on the result of Redis, and translates its errors. @throws Refusal because of the state of Redis */
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
        // This attempt was not done. Retry by the clock of the Redis that said so, which may be another master.
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
