// Room: follows one log and shows it to everybody who watches on this node. It owns no truth; any node may
// hold one for the same room.
//
// Guarantees: a joiner is served from memory, in one tick, so nothing falls between what it is given and what
// follows live; nobody sees a byte that is not in the log; a gap in what the log tells is read again, never skipped.
import type {
  Entry,
  ErrorBody,
  Look,
  Position,
  RoomId,
  RoomState,
  UnknownEntry,
  Update,
} from '@roomcast/shared/protocol'
import { errorBody } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { fold, memberOf, positionOf } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import type { LogUpdate, RoomLog } from '../judge/room-log.ts'
import type { PresencePort, PresentMembers } from '../presence/presence.ts'
import { catchUp } from './catch-up.ts'
import type { Connection, FanOut } from './connection.ts'
import { readState, type ReadState } from './read-state.ts'
import { newestOf, textLength } from './recent-entries.ts'
import type { Mode, Reading, Unread } from './room-mode.ts'

/** A checkpoint is saved after so many entries. */
const CHECKPOINT_EVERY = 100
/** How often watchers are told where the room stands, ms. */
const HEARTBEAT_RUNNING_MS = 2000
const HEARTBEAT_IDLE_MS = 10_000
/** What a room, and each of its messages, entries and members take besides their text, bytes. */
const ROOM_BYTES = 16 * 1024
const ITEM_BYTES = 500
/** Updates kept while the room is read again, for as long as that takes. */
const MOST_WAITING = 2000
/** Stands for no epoch of any log: whoever has it takes any room for a newer one. */
const NO_EPOCH = 'none'
/** How long something that is in the log may take to get here before it is not waited for any more, ms. */
const ARRIVAL_MS = 1000

export interface RoomOptions {
  readonly roomId: RoomId
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly fanOut: FanOut
  readonly clock: Clock
  /** The room was deleted; nobody can use it any more. */
  readonly onDeleted: () => void
  /** Hears how many watchers were shown something that is not in the log any more, and are given the room anew. */
  readonly onCorrected?: (screens: number) => void
  readonly onError: (error: unknown) => void
}

export class Room {
  readonly #options: RoomOptions
  readonly #connections = new Set<Connection>()
  #state: RoomState
  #recent: (Entry | UnknownEntry)[]
  /** Changed by `#become` only. */
  #mode: Mode = { kind: 'live' }
  #checkpointed: number
  readonly #stops: (() => void)[] = []
  /** No part of the mode: watchers hear where the room stands in every mode but the last. */
  #stopHeartbeat: (() => void) | null = null
  /** A look that is under way. No part of the mode: it may be taken in any, and it changes nothing here. */
  #looking: Promise<ReadState> | null = null
  /**
   * Why nothing can be saved now, as the watchers were told; null: it can. No part of the mode: a storage that
   * is full can be read, and one that is well again may have to be.
   */
  #trouble: ErrorBody | null = null
  readonly #expected = new Set<{ readonly offset: number; readonly arrived: () => void }>()

  /**
   * Follows first, then reads, then folds what came meanwhile: nothing can be missed.
   * @throws Refusal `room-not-found`, or what the storage refuses
   */
  static async open(options: RoomOptions): Promise<Room> {
    const early: LogUpdate[] = []
    let room: Room | null = null
    const unfollow = await options.log.follow(options.roomId, (update) =>
      room ? room.#onLog(update) : early.push(update),
    )
    try {
      const { state, entries, checkpointed } = await readState(options)
      room = new Room(options, state, entries, checkpointed)
    } catch (error) {
      unfollow()
      throw error
    }
    room.#stops.push(unfollow)
    room.#start()
    for (const update of early) room.#onLog(update)
    return room
  }

  private constructor(
    options: RoomOptions,
    state: RoomState,
    entries: readonly Entry[],
    checkpointed: number,
  ) {
    this.#options = options
    this.#state = state
    this.#recent = newestOf(entries)
    this.#checkpointed = checkpointed
  }

  get state(): RoomState {
    return this.#state
  }

  get watched(): boolean {
    return this.#connections.size > 0
  }

  /** What it takes in memory, roughly: text twice, as messages and as entries, in two bytes a character. */
  get bytes(): number {
    let bytes =
      (this.#state.messages.length + this.#recent.length + this.#state.members.length) * ITEM_BYTES
    for (const { text } of this.#state.messages) bytes += 2 * text.length
    for (const entry of this.#recent) bytes += 2 * textLength(entry)
    return ROOM_BYTES + bytes
  }

  has(connection: Connection): boolean {
    return this.#connections.has(connection)
  }

  isMember(memberId: string): boolean {
    return memberOf(this.#state, memberId) !== undefined
  }

  /** Whether the owner has removed somebody: no invite lets them in again. */
  isRemoved(memberId: string): boolean {
    return this.#state.members.some((one) => one.memberId === memberId && one.gone === 'removed')
  }

  /** Whether somebody was a member and is none any more. */
  isGone(memberId: string): boolean {
    return this.#state.members.some((member) => member.memberId === memberId && member.gone)
  }

  /** Who is here. Presence waits a moment for those who go; not so for those who are no members any more. */
  get present(): PresentMembers {
    const { roomId, presence } = this.#options
    return presence.present(roomId).filter(({ memberId }) => !this.isGone(memberId))
  }

  /** Where the reader of a connection is, as that says. */
  look(connection: Connection, look: Look): void {
    const { roomId, presence } = this.#options
    if (this.has(connection)) presence.look(roomId, connection.id, look)
  }

  /** Whether a connection has fallen behind what the others see. */
  isBehind(connection: Connection, isBehind: boolean): void {
    const { roomId, presence } = this.#options
    if (this.has(connection)) presence.behind(roomId, connection.id, isBehind)
  }

  /**
   * Shows the room to a connection, from `since` on where that is possible. Nothing is awaited in here.
   * Does nothing once it is over: a connection that had stalled may come back to a room that was deleted.
   * @param isBeyond the log does not reach `since`, or has something else there (see `lacks`, `isElsewhere`)
   * @returns whether it is shown now
   */
  join(connection: Connection, since: Position | undefined, isBeyond = false): boolean {
    if (this.#isOver) return false
    this.#connections.add(connection)
    const { roomId, presence } = this.#options
    presence.enter(roomId, connection.id, connection.memberId)
    connection.enter(roomId)
    const position = positionOf(this.#state)
    if (isBeyond) {
      // It would ignore a room that is behind it in the same epoch.
      const state = { ...this.#state, epoch: NO_EPOCH }
      connection.send({ type: 'snapshot', state }, positionOf(state))
    }
    if (isBeyond || (since && since.epoch !== position.epoch)) this.#options.onCorrected?.(1)
    connection.send(catchUp(this.#state, this.#recent, isBeyond ? undefined : since), position)
    connection.send({ type: 'presence', members: this.present }, position)
    if (this.#trouble) connection.send({ type: 'storage', error: this.#trouble }, position)
    connection.send({ type: 'synced' }, position)
    return true
  }

  /**
   * Whether the log itself, and not only this node, is behind a position that somebody has come from: it has lost its tail,
   * and no node had followed that. Storage that is away says nothing.
   */
  async lacks({ epoch, offset }: Position): Promise<boolean> {
    const isBehind = (at: Position) => at.epoch === epoch && at.offset < offset
    if (!isBehind(positionOf(this.#state))) return false
    // One look at a time is enough for all who ask.
    this.#looking ??= readState(this.#options).finally(() => (this.#looking = null))
    try {
      return isBehind(positionOf((await this.#looking).state))
    } catch {
      // ignored because: then it is joined as before, and corrected when it joins again
      return false
    }
  }

  /** Whether another entry stands where somebody comes from: that one was lost, and no node knew of it. */
  isElsewhere({ offset, at }: Position): boolean {
    const entry = this.#recent.findLast((one) => one.offset === offset)
    const known = offset === this.#state.offset ? this.#state.at : entry?.at
    return at !== undefined && known !== undefined && known !== at
  }

  /** Tells the watchers why nothing can be saved; or, with null, that it can be again, after what they have missed. */
  storageIs(trouble: ErrorBody | null): void {
    const mode = this.#mode
    if (mode.kind === 'reading' || mode.kind === 'unread') {
      mode.isBack = trouble === null
      if (mode.isBack) return
    }
    if (this.#isOver || this.#trouble?.code === trouble?.code) return
    this.#trouble = trouble
    this.#share({ type: 'storage', error: trouble })
  }

  /** Resolves when the entry at `offset` has been shown here, or after a second, or when the room is over. */
  reaches(offset: number): Promise<void> {
    if (this.#isOver || this.#state.offset >= offset) return Promise.resolve()
    return new Promise((resolve) => {
      const arrived = () => {
        stop()
        this.#expected.delete(expected)
        resolve()
      }
      const expected = { offset, arrived }
      const stop = this.#options.clock.after(ARRIVAL_MS, arrived)
      this.#expected.add(expected)
    })
  }

  leave(connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    const { roomId, presence } = this.#options
    connection.exit(roomId)
    presence.leave(roomId, connection.id)
  }

  /** Saves a checkpoint if there is something new to save, and stops following. Idempotent. */
  async close(): Promise<void> {
    const { kind } = this.#mode
    if (kind === 'closed') return
    this.#become({ kind: 'closed' })
    this.#stopHeartbeat?.()
    for (const stop of this.#stops) stop()
    for (const { arrived } of this.#expected) arrived()
    for (const connection of [...this.#connections]) this.leave(connection)
    if (kind !== 'deleted' && this.#state.offset > this.#checkpointed) await this.#checkpoint()
  }

  #start(): void {
    const { roomId, presence } = this.#options
    this.#stops.push(
      presence.follow(roomId, () => this.#share({ type: 'presence', members: this.present })),
    )
    this.#heartbeatLater()
  }

  /** Whether it shows nothing any more. */
  get #isOver(): boolean {
    return this.#mode.kind === 'deleted' || this.#mode.kind === 'closed'
  }

  /** Goes to a mode, as drawn in room-mode.ts. */
  #become(mode: Mode): void {
    // It may be deleted or closed before it is read again.
    if (this.#mode.kind === 'unread') this.#mode.stopRetry()
    this.#mode = mode
  }

  #onLog(update: LogUpdate): void {
    const mode = this.#mode
    if (this.#isOver) return
    if ('type' in update && update.type === 'deleted') return this.#deleted()
    // It is in the log by now, and will be read; or the storage has lost it, and will say so itself.
    if (mode.kind === 'unread') return
    if (mode.kind === 'reading') {
      // What is left out makes a gap in what follows, and that is read again.
      if (mode.waiting.length < MOST_WAITING) mode.waiting.push(update)
      return
    }
    const before = this.#state
    const { state, behind } = fold(before, update, digest)
    if (behind) return void this.#reread(false)
    // Where the storage stands is told for us: it was compared, and watchers have heartbeats of their own.
    if ('type' in update && update.type === 'heartbeat') return
    this.#state = state
    this.#remember(update, before.offset)
    if ('type' in update && update.entries.some(({ type }) => type === 'member-left'))
      this.#dismiss()
    this.#share(update)
    this.#arrive()
    if (before.running !== state.running) this.#heartbeatLater()
    if (state.offset - this.#checkpointed >= CHECKPOINT_EVERY && state.running === null)
      void this.#checkpoint()
  }

  /** Shows an update, which the state has taken in, to everybody who keeps up. */
  #share(update: Update): void {
    const { fanOut, roomId } = this.#options
    fanOut.send(roomId, update, positionOf(this.#state))
  }

  #remember(update: LogUpdate, after: number): void {
    if (!('type' in update) || update.type !== 'entries') return
    this.#recent.push(...update.entries.filter((entry) => entry.offset > after))
    this.#recent = newestOf(this.#recent)
  }

  #arrive(): void {
    for (const { offset, arrived } of this.#expected) if (offset <= this.#state.offset) arrived()
  }

  /** Reads the room again, catches every watcher up, and goes on with what came meanwhile. */
  async #reread(isBack: boolean): Promise<void> {
    const reading: Reading = { kind: 'reading', waiting: [], isBack }
    this.#become(reading)
    // It may be deleted or closed meanwhile.
    const isReading = () => this.#mode === reading
    try {
      const { state, entries } = await readState(this.#options)
      if (!isReading()) return
      if (state.epoch !== this.#state.epoch) this.#options.onCorrected?.(this.#connections.size)
      this.#state = state
      this.#recent = newestOf(entries)
      this.#dismiss()
      // One frame for all. Whoever has stalled is off the shared path, and is caught up from where it was.
      this.#share({ type: 'snapshot', state })
      this.#arrive()
      this.#heartbeatLater()
    } catch (error) {
      this.#options.onError(error)
      if (isReading()) this.#retryLater(reading.isBack)
      return
    }
    this.#become({ kind: 'live' })
    // Of an epoch that was not read: an old one, or if it is a newer one, the next heartbeat tells again.
    const { epoch } = this.#state
    for (const update of reading.waiting)
      if (!('epoch' in update) || update.epoch === epoch) this.#onLog(update)
    if (reading.isBack) this.storageIs(null)
  }

  /** Reads it after a while, however much is told until then. */
  #retryLater(isBack: boolean): void {
    const retry = () => void this.#reread(unread.isBack)
    const stopRetry = this.#options.clock.after(HEARTBEAT_RUNNING_MS, retry)
    const unread: Unread = { kind: 'unread', stopRetry, isBack }
    this.#become(unread)
  }

  /** Whoever is no member any more is out, and sees nothing that comes after. */
  #dismiss(): void {
    const gone = [...this.#connections].filter(({ memberId }) => this.isGone(memberId))
    if (gone.length === 0) return
    for (const connection of gone) {
      this.leave(connection)
      connection.send({ type: 'closed', error: errorBody('removed') }, positionOf(this.#state))
    }
    this.#share({ type: 'presence', members: this.present })
  }

  #deleted(): void {
    this.#become({ kind: 'deleted' })
    const { onDeleted } = this.#options
    const position = positionOf(this.#state)
    // Each on its own: one that has stalled is off the shared path.
    for (const connection of this.#connections)
      connection.send({ type: 'closed', error: errorBody('room-not-found') }, position)
    onDeleted()
  }

  async #checkpoint(): Promise<void> {
    this.#checkpointed = this.#state.offset
    try {
      await this.#options.log.checkpoint(this.#state)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  #heartbeatLater(): void {
    this.#stopHeartbeat?.()
    const every = this.#state.running === null ? HEARTBEAT_IDLE_MS : HEARTBEAT_RUNNING_MS
    this.#stopHeartbeat = this.#options.clock.after(every, () => {
      if (this.watched) this.#share({ type: 'heartbeat', ...positionOf(this.#state) })
      this.#heartbeatLater()
    })
  }
}
