// Outbox: a member's commands until the server has answered them.
//
// Guarantees: a command keeps its id, and is on its way at most once at any time, so that a refusal is never
// followed by the same command being done. One that may have been done before its link went down is not given up
// for a refusal that says nothing about that: it is sent again. Neither is any for a node that goes down: the next
// node does it, or this one when it is back, and nobody has to ask twice because of a deploy.
import type { Command, CommandResult, ErrorCode } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type CommandError, localRefusal } from './local-refusal.ts'
import type { Transport } from './transport.ts'
import type { Post } from './unsent-posts.ts'

const GOING_DOWN: ErrorCode = 'shutting-down'
/** Refusals of a storage that is away or full. A stop waits for it: nobody should have to press twice. */
const STORAGE: readonly ErrorCode[] = ['storage-unavailable', 'storage-uncertain', 'storage-full']
/** Refusals from before the log was asked whether it knows the command. */
const UNKNOWING: readonly ErrorCode[] = [...STORAGE, 'rate-limited', 'busy']
/** These as well, and they may hold for hours. */
const SPENDING: readonly ErrorCode[] = ['spending-off', 'tokens-used-up']
/** Pause before a command is sent again after such a refusal, ms. */
const AGAIN_MS = 1000
const AGAIN_AFTER_SPENDING_MS = 30_000

interface Waiting {
  readonly command: Command
  readonly settle: (result: CommandResult) => void
  /** It does not have to outlive this page any more. */
  readonly forget: () => void
  isUnderWay: boolean
  /** Its link went down before the answer: it may have been done. */
  mayBeDone: boolean
}

interface OutboxOptions {
  readonly transport: Transport
  readonly clock: Clock
  /**
   * Hears the commands that wait for their answer after each change, oldest first.
   * @param unsent ids of those that have certainly not reached the server: they can be taken back
   */
  readonly onChange: (commands: readonly Command[], unsent: ReadonlySet<string>) => void
  /** Keeps a message beyond this page, until the function it gives is called. */
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
   * Takes a command, and sends it at once if the room is live.
   * @param mayBeDone it has been sent before, by a page that did not live to hear the answer
   * @returns the server's answer
   */
  add(command: Command, mayBeDone = false): Promise<CommandResult> {
    return new Promise((settle) => {
      const forget = (command.type === 'post' && this.#options.keep?.(command)) || (() => undefined)
      const waiting = { command, settle, forget, isUnderWay: false, mayBeDone }
      this.#change([...this.#waiting, waiting])
      if (this.#isOpen) void this.#deliver(waiting)
    })
  }

  /** The room is live: sends what is not on its way already. */
  open(): void {
    this.#isOpen = true
    for (const waiting of this.#waiting) void this.#deliver(waiting)
  }

  /** The link is gone: keeps everything until it is opened again. */
  hold(): void {
    this.#isOpen = false
    this.#stopAgain?.()
    this.#stopAgain = null
  }

  /** Answers everything that waits itself, since the server will not. */
  giveUp(error: CommandError): void {
    for (const { forget } of this.#waiting) forget()
    this.leave(error)
  }

  /** As `giveUp`, but what is kept beyond this page stays so. */
  leave(error: CommandError): void {
    this.hold()
    const given = this.#waiting
    this.#change([])
    for (const { settle } of given) settle({ ok: false, error })
  }

  /**
   * Takes back a command that has not reached the server; it is answered with `taken-back`.
   * @returns false when it may have, or is not known: nothing changes
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
    // The sooner one counts.
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
