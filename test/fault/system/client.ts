// A client of a room, whatever the faults: it keeps a connection to one node after another, follows the room, sends
// commands until they are answered, and records everything.
import { randomUUID } from 'node:crypto'
import type { Command, CommandResult } from '@roomcast/shared/protocol'
import type { Chance } from '../../doubles/chance.ts'
import { follow, type Since } from './follower.ts'
import type { Writer } from './history.ts'
import { RawLink } from './raw-link.ts'
import { Screen } from './screen.ts'

/** A member of a room in the system test: a bare program, or the page's own client. */
export interface Member {
  readonly memberId: string
  readonly screen: Screen
  readonly history: Writer
  /** All updates so far have arrived, and none is missing. */
  readonly isLive: boolean
  /** Commands without an answer yet. */
  readonly pending: number
  send(intent: Intent): Promise<CommandResult>
  leave(): void
}

type Each<T> = T extends unknown ? Omit<T, 'commandId' | 'roomId'> : never
/** A command without the fields common to all commands. */
export type Intent = Each<Exclude<Command, { type: 'join' | 'leave' | 'typing' }>>

export interface Seat {
  readonly roomId: string
  readonly memberId: string
  readonly token: string
  /** The port at which a node is currently reachable. */
  readonly port: () => number
  readonly chance: Chance
  readonly history: Writer
}

/** The pause before the next connection, ms; and before a command that may have been done is sent again. */
const [LEAST_PAUSE_MS, MORE_PAUSE_MS] = [100, 900]
const AGAIN_MS = 300

/** Refusals that say nothing about an earlier attempt of the same command (R4.3). */
const UNKNOWING = [
  'rate-limited',
  'storage-unavailable',
  'storage-uncertain',
  'storage-full',
  'shutting-down',
]

interface Pending {
  readonly command: Command
  readonly resolve: (result: CommandResult) => void
  /** The link was lost before the answer, or the storage failed: the command may have been done. */
  mayBeDone: boolean
}

export class Client implements Member {
  readonly screen: Screen
  readonly #seat: Seat
  readonly #pending = new Map<string, Pending>()
  #link: RawLink | null = null
  #isLive = false
  #isReading = false
  #hasLeft = false

  constructor(seat: Seat) {
    this.#seat = seat
    this.screen = new Screen(seat.history)
    this.#connect()
  }

  get memberId(): string {
    return this.#seat.memberId
  }

  get history(): Writer {
    return this.#seat.history
  }

  get isLive(): boolean {
    return this.#isLive
  }

  get pending(): number {
    return this.#pending.size
  }

  send(intent: Intent): Promise<CommandResult> {
    const { roomId, memberId: by } = this.#seat
    const command = { ...intent, commandId: randomUUID(), roomId } as Command
    this.history.write({ kind: 'sent', by, command })
    return new Promise((resolve) => {
      this.#pending.set(command.commandId, { command, resolve, mayBeDone: false })
      this.#deliver(command)
    })
  }

  leave(): void {
    this.#hasLeft = true
    this.#link?.close('left')
  }

  #connect(): void {
    if (this.#hasLeft) return
    const link = new RawLink(this.#seat.port(), this.#seat.token, {
      onOpen: () => {
        this.history.write({ kind: 'linked' })
        this.#read(this.screen.epoch === '' ? null : this.screen.position)
      },
      onUpdate: (update) => this.#hear(update),
      onClosed: (why) => {
        this.#isLive = false
        this.history.write({ kind: 'unlinked', why })
        const pause = LEAST_PAUSE_MS + this.#seat.chance.below(MORE_PAUSE_MS)
        setTimeout(() => this.#connect(), pause)
      },
    })
    this.#link = link
  }

  /** Requests everything after a position, or the whole room. */
  #read(since: Since | null): void {
    this.#isReading = true
    const link = this.#link
    const { roomId } = this.#seat
    const join = { type: 'join', commandId: randomUUID(), roomId, ...(since ? { since } : {}) }
    void link?.send(join).then((result) => {
      // Storage may be unavailable: ask again, as a page does.
      if (result?.ok === false) setTimeout(() => link === this.#link && this.#read(since), AGAIN_MS)
    })
  }

  #hear(update: unknown): void {
    const { type } = update as { type?: string }
    if (type === 'synced') return this.#synced()
    if (type === 'closed') return this.#link?.close('told that it is closed')
    const since = follow(this.screen, update)
    if (since === null) return
    if (!this.#isReading) this.#read(since)
    else if (type === 'tail' || type === 'snapshot') this.#read(since)
  }

  #synced(): void {
    this.#isReading = false
    this.#isLive = true
    this.history.write({ kind: 'synced' })
    for (const { command } of this.#pending.values()) this.#deliver(command)
  }

  #deliver(command: Command): void {
    if (!this.#isLive) return
    const link = this.#link
    void link?.send(command).then((result) => {
      const waiting = this.#pending.get(command.commandId)
      if (!waiting) return
      if (result === null) return void (waiting.mayBeDone = true)
      const code = result.ok ? null : result.error.code
      if (code === 'storage-uncertain') waiting.mayBeDone = true
      if (code !== null && waiting.mayBeDone && UNKNOWING.includes(code)) {
        setTimeout(() => link === this.#link && this.#deliver(command), AGAIN_MS)
        return
      }
      this.#pending.delete(command.commandId)
      this.history.write({ kind: 'answered', by: this.memberId, command, result })
      waiting.resolve(result)
    })
  }
}
