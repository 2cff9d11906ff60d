// RoomClient: one room on one screen, without any framework. It folds updates, knows its status, re-reads
// missing updates, and keeps commands until they are acknowledged.
//
// Guarantees: the state is always the fold of the log up to a position; a command is executed at most once,
// however often it is sent. Subscribers decide when and how often to paint.
import {
  type Command,
  type CommandResult,
  type CommandType,
  type Entry,
  type ErrorBody,
  LIMITS,
  type Look,
  type Position,
  parseUpdate,
  type Presence,
  type RoomState,
  type UnknownEntry,
  type Update,
} from '@roomcast/shared/protocol'
import { byteLength, emptyRoom, fold, positionOf } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'
import type { Clock } from '@roomcast/shared/clock'
import { localRefusal } from './local-refusal.ts'
import { Outbox } from './outbox.ts'
import { type Status, statusAfterLink, statusWith } from './status.ts'
import type { Link, Transport } from './transport.ts'
import type { Post } from './unsent-posts.ts'

/**
 * Silence after which the connection counts as dead; heartbeats come every 2 s (running) or 10 s. One large update may
 * occupy the connection until its pings time out (`gateway.ts`); this is longer.
 */
const SILENCE_MS = 35_000
/** The same, when there is reason for doubt: the machine slept, or its network changed. */
const DOUBTFUL_SILENCE_MS = 12_000
/** Silence after which the client re-reads while Claude is answering. */
const SILENCE_RUNNING_MS = 6_000
/** Delay before the next re-read if catching up did not help; it doubles up to a maximum, so that a fault causes no storm. */
const REJOIN_MS = 500
const LONGEST_REJOIN_MS = 30_000

/** The result of commands after the page has left the room. */
const LEFT = localRefusal('room-left')

/** The room as a screen shows it. `state` is null until the room has been loaded for the first time. */
export interface RoomView {
  readonly status: Status
  readonly state: RoomState | null
  readonly presence: Presence['members']
  /** Unacknowledged commands, oldest first. */
  readonly pending: readonly Command[]
  /** Ids of the pending commands that have certainly not reached the server and can be withdrawn. */
  readonly unsent: ReadonlySet<string>
  /** The server's reason for ending or refusing the connection, if it gave a retryable one; null again once live. */
  readonly closing: ErrorBody | null
}

export interface RoomClientOptions {
  readonly roomId: string
  readonly transport: Transport
  readonly clock: Clock
  /** Makes a fresh command id. */
  readonly newId: () => string
  /** Stores a message beyond this page until the returned function is called. */
  readonly keep?: (post: Post) => () => void
  /** Receives new entries after the state has folded them; some may come twice. */
  readonly onEntries?: (entries: readonly (Entry | UnknownEntry)[]) => void
}

/** A command without the fields that the client adds. */
export type Intent = {
  [T in CommandType]: Omit<Extract<Command, { type: T }>, 'commandId' | 'roomId'>
}[Exclude<CommandType, 'join' | 'leave'>]

/** Counts of repairs, for tests and debugging. */
interface Repairs {
  readonly rejoined: number
  readonly snapshots: number
  readonly tails: number
}

export class RoomClient {
  readonly #options: RoomClientOptions
  readonly #listeners = new Set<(view: RoomView) => void>()
  #view: RoomView = {
    status: { kind: 'connecting' },
    state: null,
    presence: [],
    pending: [],
    unsent: new Set(),
    closing: null,
  }
  readonly #outbox: Outbox
  /** The join in flight, with the position of a gap found since it was sent; null if there is none. */
  #joining: { behind: Position | null; readonly after: number | null } | null = null
  /** The last position from which a re-read did not help, and how often. */
  #inVain = { at: '', times: 0 }
  /** The storage error that the server has reported since the last catch-up began. */
  #trouble: ErrorBody | null = null
  /** The time of the last update or of the connection, ms since 1970. */
  #heardAt = 0
  /** The reader's look; null until the page has set it. */
  #look: Exclude<Look, 'behind'> | null = null
  #stopWatching: (() => void) | null = null
  #stopRejoining: (() => void) | null = null
  #closed = false
  #repairs: Repairs = { rejoined: 0, snapshots: 0, tails: 0 }

  constructor(options: RoomClientOptions) {
    this.#options = options
    const { transport, clock, keep } = options
    this.#outbox = new Outbox({
      transport,
      clock,
      keep,
      onChange: (pending, unsent) => this.#change({ pending, unsent }),
    })
  }

  get view(): RoomView {
    return this.#view
  }

  get repairs(): Repairs {
    return this.#repairs
  }

  /** Starts connecting. Call once. */
  open(): void {
    this.#options.transport.open({
      onLink: (link) => this.#onLink(link),
      onUpdate: (update) => this.#onUpdate(update),
    })
  }

  /** Leaves the room and settles all commands; stored messages stay stored. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stop()
    this.#outbox.leave(LEFT)
  }

  /** Calls `listener` after each change until the returned function is called. */
  subscribe(listener: (view: RoomView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Sends a command. It is kept and sent again after a lost connection, with the same id, until the server acknowledges it.
   * @returns the server's result; refusals are results, not exceptions
   */
  send(intent: Intent): Promise<CommandResult> {
    const { status } = this.#view
    if (this.#closed) return Promise.resolve({ ok: false, error: LEFT })
    if (status.kind === 'refused') return Promise.resolve({ ok: false, error: status.error })
    // A command too large for the server's socket would end the connection and be sent again forever.
    if ('text' in intent && byteLength(intent.text) > LIMITS.messageBytes)
      return Promise.resolve({ ok: false, error: localRefusal('message-too-long') })
    const { newId, roomId } = this.#options
    return this.#outbox.add({ ...intent, commandId: newId(), roomId })
  }

  /** Sends a stored message of an earlier page under its own id. @returns as `send` */
  resend(post: Post): Promise<CommandResult> {
    if (this.#closed) return Promise.resolve({ ok: false, error: LEFT })
    const result = this.#outbox.add(post, true)
    if (this.#view.status.kind === 'refused') this.#giveUp(this.#view.status.error)
    return result
  }

  /**
   * Withdraws a command that has not been sent yet; its result is `taken-back`.
   * @returns false if it may have reached the server
   */
  takeBack(commandId: string): boolean {
    return this.#outbox.takeBack(commandId)
  }

  /** Tells the others that this member is typing; losing this does no harm. */
  typing(): void {
    if (this.#view.status.kind !== 'live') return
    const { roomId, newId, transport } = this.#options
    void transport.send({ type: 'typing', roomId, commandId: newId() })
  }

  /** Tells the others where the reader is, now and after each join. */
  look(look: Exclude<Look, 'behind'>): void {
    if (look === this.#look) return
    this.#look = look
    if (this.#view.status.kind === 'live') this.#tellLook()
  }

  /** The page is visible again or the network is back: reconnects now if the connection is lost or has been silent. */
  wake(): void {
    const { kind } = this.#view.status
    if (this.#isOver() || kind === 'connecting') return
    const isSilent = this.#options.clock.now() - this.#heardAt >= DOUBTFUL_SILENCE_MS
    if (isSilent || kind === 'offline') this.#options.transport.relink()
  }

  #tellLook(): void {
    const { roomId, newId, transport } = this.#options
    const look = this.#look
    if (look) void transport.send({ type: 'look', roomId, look, commandId: newId() })
  }

  #onLink(link: Link): void {
    if (this.#isOver()) return
    this.#joining = null
    this.#outbox.hold()
    const status = statusAfterLink(this.#view.status, link, this.#options.clock.now())
    if (status.kind === 'refused') return this.#refuse(status.error)
    this.#change({ status, ...(link.kind === 'down' && link.why ? { closing: link.why } : {}) })
    if (link.kind !== 'up') {
      this.#stopWatching?.()
      return
    }
    this.#watchSilence()
    this.#join(this.#view.state && positionOf(this.#view.state))
  }

  /** Refuses for good: stops all retries. */
  #refuse(error: ErrorBody): void {
    this.#stop()
    this.#change({ status: { kind: 'refused', error } })
    this.#giveUp(error)
  }

  #giveUp(error: ErrorBody): void {
    // The user must reload the page; the reloaded page sends the stored messages under the same ids.
    if (error.code !== 'protocol-version') this.#outbox.giveUp(error)
  }

  #stop(): void {
    this.#joining = null
    this.#stopWatching?.()
    this.#stopRejoining?.()
    this.#options.transport.close()
  }

  /** Asks for everything after `since`; the answer is a snapshot or a tail, then `synced`. */
  #join(since: Position | null): void {
    this.#stopRejoining?.()
    this.#stopRejoining = null
    const { roomId, transport, newId } = this.#options
    const joining = { behind: null, after: since?.offset ?? null }
    const { state } = this.#view
    const at = state && since?.epoch === state.epoch && since.offset === state.offset && state.at
    this.#joining = joining
    const command: Command = {
      type: 'join',
      roomId,
      commandId: newId(),
      ...(since ? { since: { ...since, ...(at ? { at } : {}) } } : {}),
    }
    void transport.send(command).then((result) => {
      if (this.#closed || this.#joining !== joining || result === null) return
      if (!result.ok) this.#joinRefused(result.error as ErrorBody)
    })
  }

  #joinRefused(error: ErrorBody): void {
    this.#joining = null
    if (!error.retryable) return this.#refuse(error)
    // That node has never loaded this room, and cannot load it now.
    if (error.code === 'storage-unavailable') this.#change({ status: statusWith(error) })
    this.#rejoinLater(this.#view.state && positionOf(this.#view.state), REJOIN_MS)
  }

  /** Re-reads later because updates are still missing; waits longer each time at the same position. */
  #rejoinInVain(since: Position): void {
    const at = JSON.stringify(since)
    if (this.#stopRejoining) return
    this.#inVain = { at, times: at === this.#inVain.at ? this.#inVain.times + 1 : 0 }
    this.#rejoinLater(since, Math.min(REJOIN_MS * 2 ** this.#inVain.times, LONGEST_REJOIN_MS))
  }

  #rejoinLater(since: Position | null, wait: number): void {
    if (this.#stopRejoining) return
    this.#stopRejoining = this.#options.clock.after(wait, () => this.#rejoin(since))
  }

  #rejoin(since: Position | null): void {
    if (this.#closed || this.#view.status.kind === 'offline') return
    this.#repairs = { ...this.#repairs, rejoined: this.#repairs.rejoined + 1 }
    this.#join(since)
  }

  #onUpdate(input: unknown): void {
    if (this.#isOver()) return
    const update = parseUpdate(input, this.#joining?.after)
    if (update !== null) this.#apply(update)
    else if (isSnapshot(input)) this.#refuse(localRefusal('protocol-version'))
    // The update may have refused this client, or a listener may have closed it.
    if (!this.#isOver()) this.#watchSilence()
  }

  #isOver(): boolean {
    return this.#closed || this.#view.status.kind === 'refused'
  }

  #apply(update: Update): void {
    if (!('type' in update)) return this.#fold(update)
    switch (update.type) {
      case 'presence':
        return this.#change({ presence: update.members })
      case 'closed':
        if (!update.error.retryable) return this.#refuse(update.error as ErrorBody)
        return this.#change({ closing: update.error as ErrorBody })
      case 'storage':
        return this.#storageIs(update.error as ErrorBody | null)
      case 'synced':
        return this.#synced()
      default:
        this.#count(update.type)
        this.#fold(update)
        if ('entries' in update) this.#options.onEntries?.(update.entries)
    }
  }

  #count(type: 'snapshot' | 'tail' | 'entries' | 'heartbeat'): void {
    const { snapshots, tails } = this.#repairs
    // A catch-up begins: the server reports the error again if it still persists.
    if (type === 'snapshot' || type === 'tail') this.#trouble = null
    if (type === 'snapshot') this.#repairs = { ...this.#repairs, snapshots: snapshots + 1 }
    if (type === 'tail') this.#repairs = { ...this.#repairs, tails: tails + 1 }
  }

  #fold(update: Parameters<typeof fold>[1]): void {
    const before = this.#view.state ?? emptyRoom(this.#options.roomId, 'none')
    // Before the first snapshot there is no state to which other updates could apply.
    if (this.#view.state === null && !('type' in update && update.type === 'snapshot')) return
    const { state, behind } = fold(before, update, digest)
    if (state !== this.#view.state) this.#change({ state })
    if (behind === null) return
    if (this.#joining) this.#joining.behind = behind
    else if (JSON.stringify(behind) === this.#inVain.at) this.#rejoinInVain(behind)
    else this.#rejoin(behind)
  }

  #synced(): void {
    const behind = this.#joining?.behind ?? null
    this.#joining = null
    if (behind) return this.#rejoinInVain(behind)
    this.#change({ status: statusWith(this.#trouble), closing: null })
    this.#tellLook()
    this.#outbox.open()
  }

  #storageIs(trouble: ErrorBody | null): void {
    this.#trouble = trouble
    const { kind } = this.#view.status
    if (this.#joining || (kind !== 'live' && kind !== 'paused')) return
    this.#change({ status: statusWith(trouble) })
    // Send the waiting commands now instead of after their retry delay.
    if (trouble === null) this.#outbox.open()
  }

  #watchSilence(): void {
    this.#heardAt = this.#options.clock.now()
    this.#stopWatching?.()
    const running = this.#view.state?.running != null
    this.#stopWatching = this.#options.clock.after(running ? SILENCE_RUNNING_MS : SILENCE_MS, () =>
      this.#onSilence(running),
    )
  }

  #onSilence(running: boolean): void {
    if (this.#closed) return
    if (!running) return this.#options.transport.relink()
    this.#stopWatching = this.#options.clock.after(SILENCE_MS - SILENCE_RUNNING_MS, () =>
      this.#options.transport.relink(),
    )
    // The reply to a join may be large and still arriving.
    if (this.#view.state && !this.#joining) this.#rejoin(positionOf(this.#view.state))
  }

  #change(part: Partial<RoomView>): void {
    this.#view = { ...this.#view, ...part }
    for (const listener of this.#listeners) listener(this.#view)
  }
}

/** A snapshot that is unreadable even in part comes from a server that is too new for this page. */
function isSnapshot(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'type' in input && input.type === 'snapshot'
}
