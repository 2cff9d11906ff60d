// A Transport that a test controls: it decides when the link is up, which updates arrive, and how commands are
// answered.
import type { Command, CommandResult, Update } from '@roomcast/shared/protocol'
import type { Link, Transport, TransportHandlers } from '@roomcast/client/room/transport.ts'
import { settle } from './clock.ts'

/** A sent command and its pending answer; null means that its link went down. */
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

  /** As in a real loss: pending commands are answered with null, then the link is down. */
  async lose(): Promise<void> {
    for (const { answer } of this.left) await answer(null)
    this.link({ kind: 'down', retryAt: null })
  }

  arrive(...updates: readonly Update[]): void {
    for (const update of updates) this.#handlers?.onUpdate(JSON.parse(JSON.stringify(update)))
  }

  /** The commands of a type sent so far. */
  sent(type: Command['type']): Left[] {
    return this.left.filter(({ command }) => command.type === type)
  }
}
