// The log of rooms as the rest of the program uses it: commands come in, entries come out, and every race is judged (judge.ts).
//
// The promises of the log of entries hold here as well (log/entry-log.ts): order, atomicity, one run, idempotence, loss, followers.
// Whatever a member wants who left or was removed is refused as `removed`, in the same step; a command that was done before is
// answered as then.
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
export { AdmissionChanged } from '../decide/join.ts'
export type {
  AppendReply,
  LogUpdate,
  Owned,
  Page,
  Reading,
  Started,
  Written,
} from '../log/entry-log.ts'

/** The head of a queue that is not held, in a room where nothing runs: it may start as soon as somebody runs it. */
export interface Waiting {
  readonly roomId: RoomId
  /** The member who asks. */
  readonly by: MemberId
  /** When the question was asked, ms since 1970 by the storage's clock. */
  readonly since: number
}

export type EndResult =
  | (Written & { readonly ok: true; readonly ended: GenerationEnded })
  | Exclude<AppendReply, { readonly ok: true }>

export type Follower = (update: LogUpdate) => void

export interface RoomLog {
  /** Writes `room-created` and the owner's `member-joined`. Any call refuses as `internal` what nobody could read back. */
  createRoom(room: NewRoom): Promise<Written>

  /**
   * Writes `member-joined`, unless the member is there with the same name and role.
   * @throws AdmissionChanged when somebody has joined or gone, or invites were ended, after `seen`
   * Refusal: `removed` for whom the owner has removed; who left may come back.
   */
  join(roomId: RoomId, member: NewMember): Promise<Written>

  /**
   * Writes `message-posted`, and with `ask` either `generation-started` or, when a generation runs, the queue
   * is held, others wait or the caller says that it `waits`, `question-queued`.
   * Refusals: `queue-full` (LIMITS.queueLength, LIMITS.queueLengthPerMember); then nothing was posted.
   */
  post(roomId: RoomId, post: NewPost): Promise<Written>

  /**
   * Starts a retry or continue; it goes before whatever waits in the queue.
   * Refusals: `generation-running`, `generation-not-found`, `generation-not-ended`; `message-not-found` where the question
   * was retracted.
   */
  start(roomId: RoomId, start: NewStart): Promise<Written>

  /** Writes `question-withdrawn`. Refusals: `message-not-found`, `not-queued`, `not-yours`. */
  withdraw(roomId: RoomId, withdrawal: Withdrawal): Promise<Written>

  /**
   * Writes `queue-resumed`, and starts the head of the queue if nothing runs and the caller gives an id for it (null: it
   * waits for `recover`). Refusal: `queue-not-held`.
   */
  resume(roomId: RoomId, resumption: Resumption): Promise<Written>

  /**
   * Changes what is there already.
   * `edit` writes `message-edited`; for its author. `retract` writes `message-retracted`, or nothing when that was done
   * before, and the question waits no more; for its author and the owner. Refusals: `message-not-found` (an edit: also for
   * one that was retracted), `not-yours`.
   * `configure` writes `settings-changed`. Refusal: `owner-only`.
   * `remove` writes `member-left`, for oneself or by the owner, and then a `question-withdrawn` before it for each question
   * of theirs that waits. Refusals: `owner-only` (also for the owner who would leave), `member-not-found`.
   * `invite` writes `invite-made`, `end-invites` writes `invites-ended`, for members who may (`inviters`). Refusals:
   * `owner-only`, `room-not-found` for whoever is no member.
   */
  amend(roomId: RoomId, amendment: Amendment): Promise<Written>

  /**
   * Adds text to the running reply at byte `at`; `mark` where another kind begins. `text` holds no lone
   * surrogates. Text may be empty with a mark (silent thinking). Followers get one delta.
   */
  appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply>

  /** Says that the owner is alive. False: it does not own the generation any more. */
  renew(owned: Owned): Promise<boolean>

  /**
   * Ends a generation if it still runs: appends `final`, writes `generation-ended` with the length and digest
   * of what is stored, and starts the head of the queue as `next`. A `cancelled` end holds a queue that is not
   * empty; a queue that becomes empty is not held any more. Repeated with the same `next` it gives the first answer,
   * as long as nothing was written in what it has started.
   * Refusals: `generation-not-found`, `removed`.
   */
  end(roomId: RoomId, end: NewEnd): Promise<EndResult>

  /**
   * Ends as `interrupted` what no living owner runs, and then starts what waits in unheld queues of idle rooms.
   * @param newId makes the ids for what is started
   * @param choose those of the waiting that may start now, in the order in which they are to; preset: all
   * @returns the generations that are now the caller's to run
   */
  recover(
    newId: () => GenerationId,
    choose?: (waiting: readonly Waiting[]) => readonly Waiting[],
  ): Promise<readonly Started[]>

  /** Reads a room as it is now, from its newest checkpoint on. */
  read(roomId: RoomId): Promise<Reading>

  /** Reads up to `limit` messages with entries before offset `before` (newest of those first chosen). */
  page(roomId: RoomId, before: number, limit: number): Promise<Page>

  /** The offset of a message or of a generation's start; null where the room has none with this id. */
  offsetOf(roomId: RoomId, id: string): Promise<number | null>

  /** Saves a folded state so that later reads begin there. Ignored while a generation runs in it. */
  checkpoint(state: RoomState): Promise<void>

  /** Calls `follower` with everything written from now on; resolved once nothing can be missed. */
  follow(roomId: RoomId, follower: Follower): Promise<() => void>

  /** Whether somebody is a member of a room now; false as well where there is no such room. */
  isMember(roomId: RoomId, memberId: MemberId): Promise<boolean>

  /** Whether somebody was a member of a room and has left it, or was removed. */
  isGone(roomId: RoomId, memberId: MemberId): Promise<boolean>

  /** The rooms of a member, last used first. */
  roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]>

  /** Removes a room and everything in it for good. A room made again under its id has another epoch. */
  deleteRoom(roomId: RoomId): Promise<void>

  /** Stops following and releases the storage. Idempotent. */
  close(): Promise<void>
}
