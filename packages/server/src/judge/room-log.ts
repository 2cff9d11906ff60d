// The log of rooms as the rest of the program uses it: commands come in, entries come out, and every race is judged (judge.ts).
//
// The promises of the log of entries (log/entry-log.ts) hold here as well: order, atomicity, one run, idempotence, loss,
// followers. Commands of people who left or were removed are refused as `removed`, in the same step. A repeated command returns
// its original answer.
import type {
  GenerationEnded,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import type {
  Amendment,
  NewEnd,
  NewMember,
  NewPost,
  NewRoom,
  NewStart,
  Resumption,
  Withdrawal,
} from '../decide/commands.ts'
import type {
  AppendReply,
  LogUpdate,
  Owned,
  Page,
  Reading,
  Started,
  Written,
} from '../log/entry-log.ts'

export type {
  Amendment,
  NewEnd,
  NewMember,
  NewPost,
  NewRoom,
  NewStart,
  Resumption,
  Withdrawal,
} from '../decide/commands.ts'
export { type FinalBytes, INTERRUPTED } from '../decide/end.ts'
export { AdmissionChanged } from '../decide/admission-changed.ts'
export type {
  AppendReply,
  LogUpdate,
  Owned,
  Page,
  Reading,
  Started,
  Written,
} from '../log/entry-log.ts'

/** The head of a queue that is not held, in a room where nothing runs: it can start as soon as a node has a slot for it. */
export interface Waiting {
  readonly roomId: RoomId
  /** The member who asked. */
  readonly by: MemberId
  /** When the question was asked, ms since 1970 by the storage's clock. */
  readonly since: number
}

export type EndResult =
  | (Written & { readonly ok: true; readonly ended: GenerationEnded })
  | Exclude<AppendReply, { readonly ok: true }>

export type Follower = (update: LogUpdate) => void

export interface RoomLog {
  /**
   * Writes `room-created` and the owner's `member-joined`. Any call with data that could not be read back is refused as
   * `internal`.
   */
  createRoom(room: NewRoom): Promise<Written>

  /**
   * Writes `member-joined`, unless the member is there with the same name and role.
   * @throws AdmissionChanged if members have joined or gone, or invites were ended, after `seen`
   * Refusal: `removed` for people whom the owner has removed. People who left may join again.
   */
  join(roomId: RoomId, member: NewMember): Promise<Written>

  /**
   * Writes `message-posted`. With `ask` it also writes `question-queued` if a generation runs, the queue is held, others
   * wait or the caller sets `waits`, and `generation-started` otherwise.
   * Refusals: `queue-full` (LIMITS.queueLength, LIMITS.queueLengthPerMember); then nothing was posted.
   */
  post(roomId: RoomId, post: NewPost): Promise<Written>

  /**
   * Starts a retry or continue, ahead of the queue.
   * Refusals: `generation-running`, `generation-not-found`, `generation-not-ended`; `message-not-found` if the question
   * was retracted.
   */
  start(roomId: RoomId, start: NewStart): Promise<Written>

  /** Writes `question-withdrawn`. Refusals: `message-not-found`, `not-queued`, `not-yours`. */
  withdraw(roomId: RoomId, withdrawal: Withdrawal): Promise<Written>

  /**
   * Writes `queue-resumed`, and starts the head of the queue if nothing runs and the caller gives an id for it (null: the head
   * waits for `recover`). Refusal: `queue-not-held`.
   */
  resume(roomId: RoomId, resumption: Resumption): Promise<Written>

  /**
   * Changes something that exists.
   * `edit`, for the author, writes `message-edited`. `retract`, for the author and the owner, writes `message-retracted`, which
   * also takes a question out of the queue, or nothing if the message is already retracted. Refusals: `message-not-found`
   * (of an edit, also for a retracted message), `not-yours`.
   * `configure` writes `settings-changed`. Refusal: `owner-only`.
   * `remove` writes `member-left`, for members who leave or whom the owner removes. If the owner removes them, a
   * `question-withdrawn` for each of their waiting questions comes first. Refusals: `owner-only` (also for an owner who
   * tries to leave), `member-not-found`.
   * `invite` writes `invite-made`, `end-invites` writes `invites-ended`, for members with permission (`inviters`). Refusals:
   * `owner-only`, `room-not-found` for non-members.
   */
  amend(roomId: RoomId, amendment: Amendment): Promise<Written>

  /**
   * Adds text to the running reply at byte `at`, with a `mark` if another kind begins there. `text` has no lone
   * surrogates. With a mark it may be empty (silent thinking). Followers get one delta.
   */
  appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply>

  /** A heartbeat of the owner. False: the caller no longer owns the generation. */
  renew(owned: Owned): Promise<boolean>

  /**
   * Ends a generation if it still runs: appends `final`, writes `generation-ended` with the length and digest
   * of the stored text, and starts the head of the queue as `next`. A `cancelled` end holds a queue that is not
   * empty; a queue that becomes empty is no longer held. A repeated call with the same `next` returns its original answer,
   * as long as nothing was written to the generation that it started.
   * Refusals: `generation-not-found`, `removed`.
   */
  end(roomId: RoomId, end: NewEnd): Promise<EndResult>

  /**
   * Ends generations without a living owner as `interrupted`, and then starts the questions waiting in unheld queues of
   * idle rooms.
   * @param newId makes the ids of the started generations
   * @param choose picks the waiting questions that may start now, in the order in which to start them; default: all
   * @returns the generations that the caller now has to run
   */
  recover(
    newId: () => GenerationId,
    choose?: (waiting: readonly Waiting[]) => readonly Waiting[],
  ): Promise<readonly Started[]>

  /** Reads a room as it is now, from its newest checkpoint on. */
  read(roomId: RoomId): Promise<Reading>

  /** Reads the newest messages that begin before offset `before`, at most `limit` of them. */
  page(roomId: RoomId, before: number, limit: number): Promise<Page>

  /** The offset of a message or of a generation's start; null: the room has none with this id. */
  offsetOf(roomId: RoomId, id: string): Promise<number | null>

  /** Saves a folded state, so that later reads begin there. Ignored if a generation runs in that state. */
  checkpoint(state: RoomState): Promise<void>

  /** Calls `follower` with everything written from now on; resolves once nothing can be missed. */
  follow(roomId: RoomId, follower: Follower): Promise<() => void>

  /** Whether a person is a member of a room now; also false if there is no such room. */
  isMember(roomId: RoomId, memberId: MemberId): Promise<boolean>

  /** Whether a person was a member of a room and has left or was removed. */
  isGone(roomId: RoomId, memberId: MemberId): Promise<boolean>

  /** The rooms of a member, most recently used first. */
  roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]>

  /** Deletes a room and everything in it for good. A room created again under its id has another epoch. */
  deleteRoom(roomId: RoomId): Promise<void>

  /** Stops following and releases the storage. Idempotent. */
  close(): Promise<void>
}
