// A Transport in the hands of a test: it decides when the link is up, what arrives, and how commands are answered.
import type { Command, CommandResult, Update } from '@roomcast/shared/protocol'
import type { Link, Transport, TransportHandlers } from '@roomcast/client/room/transport.ts'
import { settle } from './clock.ts'

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
        await settle()
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
