// A member with the page's own client: its screen is recorded like all others.
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Command, CommandResult, Message, RoomState } from '@roomcast/shared/protocol'
import type { RoomClient } from '@roomcast/client/room/room-client.ts'
import type { Intent, Member } from './client.ts'
import type { Writer } from './history.ts'
import { Screen } from './screen.ts'

export class Page implements Member {
  readonly memberId: string
  readonly history: Writer
  readonly screen: Screen
  readonly #client: RoomClient
  #state: RoomState | null = null
  #wasLive = false

  /** @param client already opened */
  constructor(memberId: string, client: RoomClient, history: Writer) {
    this.memberId = memberId
    this.history = history
    this.screen = new Screen(history)
    this.#client = client
    client.subscribe(() => this.#look())
    this.#look()
  }

  get isLive(): boolean {
    return this.#client.view.status.kind === 'live'
  }

  get pending(): number {
    return this.#client.view.pending.length
  }

  async send(intent: Intent): Promise<CommandResult> {
    const { roomId } = this.history
    const command = { ...intent, commandId: randomUUID(), roomId } as Command
    this.history.write({ kind: 'sent', by: this.memberId, command })
    const result = await this.#client.send(intent)
    const left = !result.ok && result.error.code === 'room-left'
    if (!left) this.history.write({ kind: 'answered', by: this.memberId, command, result })
    return result
  }

  leave(): void {
    this.#client.close()
  }

  #look(): void {
    if (this.isLive !== this.#wasLive)
      this.history.write(this.isLive ? { kind: 'synced' } : { kind: 'unlinked', why: 'not live' })
    this.#wasLive = this.isLive
    const before = this.#state
    const { state } = this.#client.view
    if (state === null || state === before) return
    this.#state = state
    const isOther = state.epoch !== before?.epoch
    if (isOther) this.screen.replace(state.epoch)
    const known = new Set<Message>(isOther ? [] : before.messages)
    for (const message of state.messages) if (!known.has(message)) this.#show(message)
    this.screen.running = state.running
    // The page shows the content of one update at once.
    if (isOther || state.offset !== before.offset) this.screen.stand(state.offset, true)
  }

  #show(message: Message): void {
    if (message.kind === 'said') return this.screen.say(message.messageId, message.by, message.text)
    const { number, generationId, text, ended } = message
    const reply = this.screen.begin(number, generationId)
    this.screen.rewrite(reply, Buffer.from(text))
    if (ended)
      this.screen.end(reply, { outcome: ended.outcome, by: ended.by, error: ended.error?.code })
  }
}
