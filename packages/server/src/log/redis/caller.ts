// Runs the scripts, and knows what a failure of Redis leaves behind: what is refused has not been done and will not be.
//
// A command that Redis gets to only after its caller has stopped waiting does nothing: it carries the time until which it
// may be done. One whose answer was lost with its connection may have been done; it is sent again, which is harmless and gives
// the first answer, until that is known or PATIENCE_MS are over.
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from '../../redis/connections.ts'
import { RedisTime } from '../../redis/redis-time.ts'
import { isUnknown, refusalOf } from '../../redis/refusals.ts'
import { type Answer, refusalIn } from './answers.ts'
import { isCommand, type ScriptName, type Scripts } from './scripts.ts'

/** How long a command may wait to be done, ms; well within the 2 s that an answer is waited for. */
const MAY_WAIT_MS = 1500
/** How long to go on asking whether a command was done, ms, and the pause between. */
const PATIENCE_MS = 5000
const PAUSE_MS = 100

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
    for (let mayBeDone = false; ; mayBeDone = true) {
      try {
        const answer = await this.#send(name, keys, [...values, this.time.now() + MAY_WAIT_MS])
        if (answer[0] !== 'late') return answer
        // It was late, or the clock is another one by now.
        this.time.forget()
        throw new Refusal('storage-unavailable')
      } catch (error) {
        const isOver = this.#clock.now() - began > PATIENCE_MS
        if (!(mayBeDone || isUnknown(error)) || isOver || error instanceof Refusal)
          throw mayBeDone ? notKnown() : refusalOf(error)
        await new Promise<void>((resolve) => void this.#clock.after(PAUSE_MS, resolve))
      }
    }
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

function notKnown(): Refusal {
  return new Refusal(
    'storage-unavailable',
    'The storage was lost in this moment; it may have been saved. Look before you send it again.',
  )
}
