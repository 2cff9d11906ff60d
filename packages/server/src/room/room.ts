// Room: follows one log and shows it to everybody who watches on this node. It owns no truth; any node may
// hold a Room for the same room.
//
// Guarantees: a joiner is served from memory, in one tick, so nothing falls between the catch-up and the live
// updates; nobody sees a byte that is not in the log; a gap in the log's updates is re-read, never skipped.
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

/** Entries between two checkpoints. */
const CHECKPOINT_EVERY = 100
/** How often watchers are told the room's position, ms. */
const HEARTBEAT_RUNNING_MS = 2000
const HEARTBEAT_IDLE_MS = 10_000
/** Estimated memory of a room, and of each message, entry and member, besides text, in bytes. */
const ROOM_BYTES = 16 * 1024
const ITEM_BYTES = 500
/** Updates buffered during one re-read. */
const MOST_WAITING = 2000
/** Never equal to a real epoch: a client given this epoch takes any room for a newer one. */
const NO_EPOCH = 'none'
/** How long a member waits for an entry that is in the log but has not reached this node, ms. */
const ARRIVAL_MS = 1000

export interface RoomOptions {
  readonly roomId: RoomId
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly fanOut: FanOut
  readonly clock: Clock
  /** Called when the room was deleted; nobody can use it any more. */
  readonly onDeleted: () => void
  /**
   * Called with the number of watchers that were shown something the log has since lost, and now get the whole room.
   */
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
  /** Not part of the mode: watchers get heartbeats in every mode but `closed`. */
  #stopHeartbeat: (() => void) | null = null
  /** A read of the log for `lacks`. Not part of the mode: it can run in any mode, and changes nothing here. */
  #looking: Promise<ReadState> | null = null
  /**
   * The error that the watchers were told; null while the storage can save. Not part of the mode: a full storage
   * can still be read, and a recovered one may have to be re-read.
   */
  #trouble: ErrorBody | null = null
  readonly #expected = new Set<{ readonly offset: number; readonly arrived: () => void }>()

  /**
   * Follows first, then reads, then folds the updates that arrived meanwhile, so none is missed.
   * @throws Refusal `room-not-found`, or any refusal of the storage
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

  /** Estimated memory in bytes: text counts twice, in messages and in entries, at two bytes per character. */
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

  /** Whether the owner has removed this member; no invite lets them in again. */
  isRemoved(memberId: string): boolean {
    return this.#state.members.some((one) => one.memberId === memberId && one.gone === 'removed')
  }

  /** Whether this person was a member and no longer is. */
  isGone(memberId: string): boolean {
    return this.#state.members.some((member) => member.memberId === memberId && member.gone)
  }

  /**
   * The members present. Presence keeps a disconnected member for a moment; a member who is gone is filtered out at
   * once.
   */
  get present(): PresentMembers {
    const { roomId, presence } = this.#options
    return presence.present(roomId).filter(({ memberId }) => !this.isGone(memberId))
  }

  /** Records the look that a connection reports. */
  look(connection: Connection, look: Look): void {
    const { roomId, presence } = this.#options
    if (this.has(connection)) presence.look(roomId, connection.id, look)
  }

  /** Records whether a connection has fallen behind the live path. */
  isBehind(connection: Connection, isBehind: boolean): void {
    const { roomId, presence } = this.#options
    if (this.has(connection)) presence.behind(roomId, connection.id, isBehind)
  }

  /**
   * Shows the room to a connection, from `since` on where possible, without awaiting anything. A room that is over
   * shows nothing: a stalled connection may come back to a room that was deleted meanwhile.
   * @param isBeyond the log does not reach `since`, or has another entry there (see `lacks`, `isElsewhere`)
   * @returns whether the connection now watches the room
   */
  join(connection: Connection, since: Position | undefined, isBeyond = false): boolean {
    if (this.#isOver) return false
    this.#connections.add(connection)
    const { roomId, presence } = this.#options
    presence.enter(roomId, connection.id, connection.memberId)
    connection.enter(roomId)
    const position = positionOf(this.#state)
    if (isBeyond) {
      // The client would ignore a room that is behind it in the same epoch.
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
   * Whether the log itself, and not only this node, is behind a client's position: then the log has lost its tail,
   * and no node had followed it. A storage that cannot be reached counts as not behind.
   */
  async lacks({ epoch, offset }: Position): Promise<boolean> {
    const isBehind = (at: Position) => at.epoch === epoch && at.offset < offset
    if (!isBehind(positionOf(this.#state))) return false
    // Concurrent callers share one read.
    this.#looking ??= readState(this.#options).finally(() => (this.#looking = null))
    try {
      return isBehind(positionOf((await this.#looking).state))
    } catch {
      // ignored because: the client then joins as usual, and is corrected the next time it joins
      return false
    }
  }

  /**
   * Whether the log has another entry at the client's offset: the client's entry was lost, and no node had followed it.
   */
  isElsewhere({ offset, at }: Position): boolean {
    const entry = this.#recent.findLast((one) => one.offset === offset)
    const known = offset === this.#state.offset ? this.#state.at : entry?.at
    return at !== undefined && known !== undefined && known !== at
  }

  /**
   * Tells the watchers why the storage cannot save; null tells them that it can again, after the updates they missed.
   */
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

  /** Resolves when the entry at `offset` has been shown here, after a second, or when the room is over. */
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

  /** Saves a checkpoint if anything is new, and stops following. Idempotent. */
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

  /** Whether the room has stopped showing anything. */
  get #isOver(): boolean {
    return this.#mode.kind === 'deleted' || this.#mode.kind === 'closed'
  }

  /** Changes the mode, along the arrows in room-mode.ts. */
  #become(mode: Mode): void {
    // The room may be deleted or closed before the retry is due.
    if (this.#mode.kind === 'unread') this.#mode.stopRetry()
    this.#mode = mode
  }

  #onLog(update: LogUpdate): void {
    const mode = this.#mode
    if (this.#isOver) return
    if ('type' in update && update.type === 'deleted') return this.#deleted()
    // Dropped: if the log has this update, the retry reads it; if the storage has lost it, nobody may see it.
    if (mode.kind === 'unread') return
    if (mode.kind === 'reading') {
      // An update dropped here leaves a gap for the next one, which causes another re-read.
      if (mode.waiting.length < MOST_WAITING) mode.waiting.push(update)
      return
    }
    const before = this.#state
    const { state, behind } = fold(before, update, digest)
    if (behind) return void this.#reread(false)
    // The fold has compared the position already, and watchers get heartbeats of the room's own.
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

  /** Sends an update, already folded into the state, to every connection on the live path. */
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

  /** Re-reads the room, catches every watcher up, and then folds the updates that arrived meanwhile. */
  async #reread(isBack: boolean): Promise<void> {
    const reading: Reading = { kind: 'reading', waiting: [], isBack }
    this.#become(reading)
    // The room may be deleted or closed meanwhile.
    const isReading = () => this.#mode === reading
    try {
      const { state, entries } = await readState(this.#options)
      if (!isReading()) return
      if (state.epoch !== this.#state.epoch) this.#options.onCorrected?.(this.#connections.size)
      this.#state = state
      this.#recent = newestOf(entries)
      this.#dismiss()
      // One frame for all. A stalled connection is off the live path, and is caught up from its own position.
      this.#share({ type: 'snapshot', state })
      this.#arrive()
      this.#heartbeatLater()
    } catch (error) {
      this.#options.onError(error)
      if (isReading()) this.#retryLater(reading.isBack)
      return
    }
    this.#become({ kind: 'live' })
    // Updates of an epoch other than the one read are dropped: they are outdated, or, if newer, the next heartbeat
    // reports the gap.
    const { epoch } = this.#state
    for (const update of reading.waiting)
      if (!('epoch' in update) || update.epoch === epoch) this.#onLog(update)
    if (reading.isBack) this.storageIs(null)
  }

  /** Re-reads the room after a pause, regardless of any updates that arrive before. */
  #retryLater(isBack: boolean): void {
    const retry = () => void this.#reread(unread.isBack)
    const stopRetry = this.#options.clock.after(HEARTBEAT_RUNNING_MS, retry)
    const unread: Unread = { kind: 'unread', stopRetry, isBack }
    this.#become(unread)
  }

  /** Removes the connections of members who are gone, before anything else is shown to them. */
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
    // Sent one by one, since a stalled connection is off the live path.
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
