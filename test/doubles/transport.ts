// A Transport and a Clock in the hands of a test: it decides when the link is up, what arrives, how commands are
// answered, and how late it is.
import type { Command, CommandResult, Update } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Link, Transport, TransportHandlers } from '@roomcast/client/room/transport.ts'

/** A command that has left, and how to answer it; null: its link went down. */
export interface Left {
  readonly command: Command
  readonly answer: (result: CommandResult | null) => Promise<void>
}

export class TransportDouble implements Transport {
  readonly left: Left[] = []
  relinks = 0
  closes = 0
  #handlers: TransportHandlers | null = null

  open(handlers: TransportHandlers): void {
    this.#handlers = handlers
  }

  send(command: Command): Promise<CommandResult | null> {
    return new Promise((resolve) => {
      const answer = async (result: CommandResult | null) => {
        resolve(result)
        await settled()
      }
      this.left.push({ command, answer })
    })
  }

  relink(): void {
    this.relinks += 1
  }

  close(): void {
    this.closes += 1
  }

  link(link: Link): void {
    this.#handlers?.onLink(link)
  }

  /** As it happens: what was on its way is answered with null, then the link is down. */
  async lose(): Promise<void> {
    for (const { answer } of this.left) await answer(null)
    this.link({ kind: 'down', retryAt: null })
  }

  arrive(...updates: readonly Update[]): void {
    for (const update of updates) this.#handlers?.onUpdate(JSON.parse(JSON.stringify(update)))
  }

  /** The commands of a type that have left so far. */
  sent(type: Command['type']): Left[] {
    return this.left.filter(({ command }) => command.type === type)
  }
}

export class ClockDouble implements Clock {
  #now = 0
  #timers: { readonly at: number; readonly callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** Moves on, firing what is due in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = next.at
      next.callback()
    }
    this.#now = end
  }
}

/** Lets promises that are settled be heard of. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}
