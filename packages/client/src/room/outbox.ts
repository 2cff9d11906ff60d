// Outbox: keeps a member's commands until the server has acknowledged them.
//
// Guarantees: a command keeps its id and is in flight at most once at any time, so a refusal is never followed by the
// execution of the same command. A command that may have been executed before its connection was lost is retried after a
// refusal that says nothing about that. A command refused by a node that is shutting down is always retried: the next
// node executes it, or the same one after its restart, so a deploy makes nobody ask twice.
import type { Command, CommandResult, ErrorCode } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type CommandError, localRefusal } from './local-refusal.ts'
import type { Transport } from './transport.ts'
import type { Post } from './unsent-posts.ts'

const GOING_DOWN: ErrorCode = 'shutting-down'
/** Refusals because storage is unreachable or full. A stop is retried after them, so that nobody has to press twice. */
const STORAGE: readonly ErrorCode[] = ['storage-unavailable', 'storage-uncertain', 'storage-full']
/** Refusals given before the log was asked whether it knows the command. */
const UNKNOWING: readonly ErrorCode[] = [...STORAGE, 'rate-limited', 'busy']
/** More of those, which may last for hours. */
const SPENDING: readonly ErrorCode[] = ['spending-off', 'tokens-used-up']
/** Delay before a retry after such a refusal, ms. */
const AGAIN_MS = 1000
const AGAIN_AFTER_SPENDING_MS = 30_000

interface Waiting {
  readonly command: Command
  readonly settle: (result: CommandResult) => void
  /** Deletes the copy of the command that outlives this page. */
  readonly forget: () => void
  isUnderWay: boolean
  /** The connection was lost before the result arrived, so the command may have been executed. */
  mayBeDone: boolean
}

interface OutboxOptions {
  readonly transport: Transport
  readonly clock: Clock
  /**
   * Receives the unacknowledged commands after each change, oldest first.
   * @param unsent the ids of commands that have certainly not reached the server and can be withdrawn
   */
  readonly onChange: (commands: readonly Command[], unsent: ReadonlySet<string>) => void
  /** Stores a message beyond this page until the returned function is called. */
  readonly keep?: ((post: Post) => () => void) | undefined
}

export class Outbox {
  readonly #options: OutboxOptions
  #waiting: readonly Waiting[] = []
  #stopAgain: (() => void) | null = null
  #isOpen = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /**
   * Adds a command, and sends it immediately if the room is live.
   * @param mayBeDone an earlier page has sent the command and was closed before the result
   * @returns the server's result
   */
  add(command: Command, mayBeDone = false): Promise<CommandResult> {
    return new Promise((settle) => {
      const forget = (command.type === 'post' && this.#options.keep?.(command)) || (() => undefined)
      const waiting = { command, settle, forget, isUnderWay: false, mayBeDone }
      this.#change([...this.#waiting, waiting])
      if (this.#isOpen) void this.#deliver(waiting)
    })
  }

  /** The room is live: sends every command that is not in flight already. */
  open(): void {
    this.#isOpen = true
    for (const waiting of this.#waiting) void this.#deliver(waiting)
  }

  /** The connection is lost: keeps all commands until `open`. */
  hold(): void {
    this.#isOpen = false
    this.#stopAgain?.()
    this.#stopAgain = null
  }

  /** Settles all commands with this refusal, because the server will not answer them. */
  giveUp(error: CommandError): void {
    for (const { forget } of this.#waiting) forget()
    this.leave(error)
  }

  /** Like `giveUp`, but keeps the stored copies of messages. */
  leave(error: CommandError): void {
    this.hold()
    const given = this.#waiting
    this.#change([])
    for (const { settle } of given) settle({ ok: false, error })
  }

  /**
   * Withdraws a command that has not reached the server; its result is `taken-back`.
   * @returns false, with no effect, if it may have reached the server or is unknown
   */
  takeBack(commandId: string): boolean {
    const waiting = this.#waiting.find(({ command }) => command.commandId === commandId)
    if (!waiting || !isUnsent(waiting)) return false
    this.#change(this.#waiting.filter((other) => other !== waiting))
    waiting.forget()
    waiting.settle({ ok: false, error: localRefusal('taken-back') })
    return true
  }

  async #deliver(waiting: Waiting): Promise<void> {
    if (waiting.isUnderWay) return
    waiting.isUnderWay = true
    this.#change(this.#waiting)
    const result = await this.#options.transport.send(waiting.command)
    waiting.isUnderWay = false
    if (!this.#waiting.includes(waiting)) return
    if (result === null) {
      waiting.mayBeDone = true
      return
    }
    if (!result.ok && result.error.code === 'storage-uncertain') waiting.mayBeDone = true
    if (!result.ok && isToBeSentAgain(waiting, result.error.code))
      return this.#againLater(
        isOneOf(SPENDING, result.error.code) ? AGAIN_AFTER_SPENDING_MS : AGAIN_MS,
      )
    this.#change(this.#waiting.filter((other) => other !== waiting))
    waiting.forget()
    waiting.settle(result)
  }

  #againLater(ms: number): void {
    this.#change(this.#waiting)
    // The earlier retry wins.
    if (!this.#isOpen || (this.#stopAgain && ms > AGAIN_MS)) return
    this.#stopAgain?.()
    this.#stopAgain = this.#options.clock.after(ms, () => {
      this.#stopAgain = null
      if (this.#isOpen) this.open()
    })
  }

  #change(waiting: readonly Waiting[]): void {
    this.#waiting = waiting
    this.#options.onChange(
      waiting.map(({ command }) => command),
      new Set(waiting.filter(isUnsent).map(({ command }) => command.commandId)),
    )
  }
}

function isUnsent({ isUnderWay, mayBeDone }: Waiting): boolean {
  return !isUnderWay && !mayBeDone
}

function isToBeSentAgain({ command, mayBeDone }: Waiting, code: string): boolean {
  if (code === GOING_DOWN) return true
  if (mayBeDone && (isOneOf(UNKNOWING, code) || isOneOf(SPENDING, code))) return true
  return command.type === 'cancel' && isOneOf(STORAGE, code)
}

function isOneOf(codes: readonly string[], code: string): boolean {
  return codes.includes(code)
}
