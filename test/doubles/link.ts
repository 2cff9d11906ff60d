// A client's Transport over the simulated network. Like a browser's it links, loses its link, and links again; a test
// can worsen, cut, silence or stall the line.
import type { Command, CommandResult, Update } from '@roomcast/shared/protocol'
import { isDelta } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Transport, TransportHandlers } from '@roomcast/client/room/transport.ts'
import type { Chance } from './chance.ts'
import { BadLine } from './bad-line.ts'
import type { ServerEnd, SimulatedGateway } from './gateway.ts'
import { SimulatedWire } from './wire.ts'
import type { Tally } from '../support/tally.ts'

/** How long the server keeps a link whose client has gone without a word, ms (ping interval and timeout). */
const GHOST_MS = 30_000

export interface SimulatedLinkOptions {
  readonly memberId: string
  readonly gateway: SimulatedGateway
  readonly clock: Clock
  readonly chance: Chance
  readonly tally: Tally
  /** The longest delay, ms; 0 delivers in timer order. */
  readonly slowness?: number
}

/** The time from one link to its end. */
interface Life {
  readonly up: SimulatedWire
  readonly down: SimulatedWire
  readonly bad: BadLine
  readonly server: ServerEnd
  readonly answers: Map<number, (result: CommandResult | null) => void>
}

export class SimulatedLink implements Transport {
  readonly #options: SimulatedLinkOptions
  #handlers: TransportHandlers | null = null
  #life: Life | null = null
  #stopLinking: (() => void) | null = null
  #asked = 0
  #unreliable = false
  #silent = false
  #losesAnswer = false
  #isFaithful = true

  constructor(options: SimulatedLinkOptions) {
    this.#options = options
  }

  open(handlers: TransportHandlers): void {
    this.#handlers = handlers
    this.#linkAfter(this.#delay())
  }

  send(command: Command): Promise<CommandResult | null> {
    const life = this.#life
    if (!life) return Promise.resolve(null)
    const id = (this.#asked += 1)
    return new Promise((resolve) => {
      life.answers.set(id, resolve)
      if (!this.#silent) life.up.send({ id, command })
    })
  }

  relink(): void {
    if (!this.#life) return
    this.#options.tally.count('linked anew after silence')
    this.#end(GHOST_MS)
    this.#handlers?.onLink({ kind: 'down', retryAt: null })
    this.#linkAfter(this.#delay())
  }

  close(): void {
    this.#handlers = null
    this.#stopLinking?.()
    this.#end(0)
  }

  get isUp(): boolean {
    return this.#life !== null
  }

  /** Whether every update so far arrived once and in order, or was lost with the link. */
  get isFaithful(): boolean {
    return this.#isFaithful
  }

  /** From now on single deltas and entries may be lost, repeated, late or re-cut. */
  worsen(): void {
    this.#unreliable = true
    this.#isFaithful = false
  }

  /** Everything is delivered again, in order; a silent link stays silent until the client gives it up. */
  heal(): void {
    this.#unreliable = false
    this.#losesAnswer = false
    this.#life?.down.drain()
  }

  /** Loses the link and everything in flight; the client links again after `offlineMs`. */
  cut(offlineMs: number): void {
    if (!this.#life) return
    this.#options.tally.count('link cut')
    const { clock, chance } = this.#options
    this.#end(chance.below(3) === 0 ? GHOST_MS : this.#delay())
    this.#handlers?.onLink({ kind: 'down', retryAt: clock.now() + offlineMs })
    this.#linkAfter(offlineMs)
  }

  /** Delivers nothing more, without telling either side. */
  fallSilent(): void {
    if (!this.#life) return
    this.#options.tally.count('link fell silent')
    this.#silent = true
    this.#isFaithful = false
  }

  /** The client reads nothing until `drain`. */
  stall(): void {
    this.#isFaithful = false
    this.#life?.down.stall()
  }

  drain(): void {
    this.#life?.down.drain()
  }

  /** Loses the next answer together with the link, after the server has executed the command. */
  loseAnswer(): void {
    this.#losesAnswer = true
  }

  #linkAfter(ms: number): void {
    this.#stopLinking?.()
    this.#stopLinking = this.#options.clock.after(ms, () => this.#link())
  }

  #link(): void {
    const { clock, gateway, memberId, chance, tally } = this.#options
    this.#silent = false
    const delay = () => this.#delay()
    const up = new SimulatedWire({
      clock,
      delay,
      deliver: (json) => void this.#command(life, json),
    })
    const down = new SimulatedWire({ clock, delay, deliver: (json) => this.#arrive(life, json) })
    const bad = new BadLine({
      clock,
      chance,
      tally,
      send: (update, late) => down.send({ update }, late),
    })
    const server = gateway.accept(memberId, {
      send: (update) => this.#update(life, update),
      unread: () => down.unread,
      end: () => this.#endedByServer(life),
    })
    const life: Life = { up, down, bad, server, answers: new Map() }
    this.#life = life
    this.#handlers?.onLink({ kind: 'up' })
  }

  #update(life: Life, update: Update): void {
    if (life === this.#life && this.#silent) return
    const single = isDelta(update) || update.type === 'entries'
    if (this.#unreliable && single) life.bad.pass(update)
    else life.down.send({ update })
  }

  async #command(life: Life, json: string): Promise<void> {
    const { id, command } = JSON.parse(json) as { id: number; command: Command }
    const result = await life.server.perform(command)
    if (life !== this.#life || this.#silent) return
    if (this.#losesAnswer && command.type !== 'join' && command.type !== 'typing') {
      this.#losesAnswer = false
      this.#options.tally.count('answer lost after the command was done')
      return this.cut(this.#delay() * 10)
    }
    life.down.send({ id, result })
  }

  #arrive(life: Life, json: string): void {
    if (life !== this.#life) return
    const frame = JSON.parse(json) as
      { readonly update: unknown } | { readonly id: number; readonly result: CommandResult }
    if ('update' in frame) return this.#handlers?.onUpdate(frame.update)
    const answer = life.answers.get(frame.id)
    life.answers.delete(frame.id)
    answer?.(frame.result)
  }

  #endedByServer(life: Life): void {
    if (life !== this.#life) return
    this.#options.tally.count('link ended by the server')
    this.#end(0)
    this.#handlers?.onLink({ kind: 'down', retryAt: null })
    this.#linkAfter(this.#delay())
  }

  /** Ends the current life; the server notices after `ghostMs`. */
  #end(ghostMs: number): void {
    const life = this.#life
    this.#life = null
    if (!life) return
    life.bad.close()
    life.up.cut()
    life.down.cut()
    for (const answer of life.answers.values()) answer(null)
    if (ghostMs === 0) life.server.close()
    else this.#options.clock.after(ghostMs, () => life.server.close())
  }

  #delay(): number {
    const { chance, slowness = 40 } = this.#options
    return slowness === 0 ? 0 : 1 + chance.below(slowness)
  }
}
