// The log of entries: the one truth of every room. It keeps entries and the text of answers, in one order, and finds them again
// by their cards (decide/cards.ts). It knows no rules: everything that it writes was decided before (decide/), on a state that
// the log compares with its own.
//
// Order        Entries of a room have dense offsets from 1, and `at` never goes back, whatever the clock of the storage
//              does. All followers get the same entries and the same reply bytes, both in the order of the log; an end
//              comes after all bytes before it.
// Atomicity    Every method below is one step: checked, stored, then shown to followers, or nothing at all.
//              A refused or failed call has changed nothing and shown nothing.
// One run      At most one generation runs in a room. The first end wins; later ones learn the winner, and the reply of an
//              ended generation takes no more bytes. An end is sealed with the length and digest of the stored text.
// Idempotence  Commands may be repeated: the answer has the same entries, they are written once (a command is remembered
//              for at least a day), and `started` is given once, to one caller. `appendReply` may be repeated with the same
//              bytes. An id already used by another kind of command is refused with Refusal('bad-request').
// Marks        The first bytes after a mark without bytes carry the mark again: no position shows that it was lost.
// Loss         Every acknowledged write survives the end of any process. Entries survive a power failure; the last moments
//              of a running reply may be lost then, and the length in its end shows it.
// Followers    May see an entry or bytes twice, but can always notice a gap: by offsets and byte positions. They are called
//              after the write, one at a time, in order. An adapter that may lose updates also tells followers the position
//              of the room (`heartbeat`) every few seconds.
//
// Adapters translate their own failures to Refusal('storage-full') and Refusal('storage-unavailable'), and to
// Refusal('storage-uncertain') if they do not know whether the call was done; then the caller may repeat it.
// Calls for unknown rooms are refused with Refusal('room-not-found').
import type {
  CommandId,
  Delta,
  Entries,
  Entry,
  GenerationEnded,
  GenerationId,
  Heartbeat,
  Kind,
  MemberId,
  MessageId,
  Mode,
  RoomId,
  RoomState,
  RoomSummary,
  Run,
} from '@roomcast/shared/protocol'
import type { Front } from '../decide/cards.ts'
import type { FinalBytes } from '../decide/end.ts'
import type { Draft } from '../decide/draft.ts'
import type { Fact } from '../decide/facts.ts'

/** The right to write one reply. The fence makes a late owner harmless: a newer owner has a higher fence. */
export interface Owned {
  readonly roomId: RoomId
  readonly generationId: GenerationId
  readonly number: number
  readonly fence: number
}

/** A generation that has just started, and that the caller now has to run. */
export interface Started extends Owned {
  readonly mode: Mode
  readonly messageId: MessageId
  readonly of: GenerationId | undefined
  readonly by: MemberId
  readonly model: string
  /** Offset of the entry that starts it; the prompt is made from the entries before it. */
  readonly offset: number
}

/** `started`: a generation that began in the same step, and that the caller has to run. */
export interface Written {
  readonly entries: readonly Entry[]
  readonly started: Started | null
}

/** Identifies an entry of a room. */
export interface Spot {
  /** 0: the room has no entry yet. */
  readonly offset: number
  /** Tells the entry from another one that may have its offset after a loss (fingerprint.ts). */
  readonly fingerprint: string
}

/** The last entry of a room that decisions depend on. */
interface Ground extends Spot {
  readonly epoch: string
}

/** How far a caller knows a room. */
export interface Footing {
  readonly ground: Ground
  /** The last entry that the caller has read, which may be talk after the ground. */
  readonly read: Spot
}

/** A command and the decision on it. */
export interface Decided {
  /** The name by which the log remembers the command; null: the command is never repeated. */
  readonly name: { readonly by: MemberId; readonly id: CommandId; readonly kind: string } | null
  /** The id of the generation that the command may start. */
  readonly proposes: GenerationId | undefined
  /** The message that the command posts. After a loss the room may hold it while the record of the command is gone. */
  readonly posts: { readonly messageId: MessageId; readonly by: MemberId } | undefined
  /** Set for a refused command: nothing is written for it, and it is not remembered. */
  readonly refusal: Error | null
  readonly drafts: readonly Draft[]
}

/** The generation to end; the draft of its end is among those of the append. */
export interface Ending {
  readonly id: GenerationId
  /** The owner's fence; undefined: the caller need not be the owner. */
  readonly fence: number | undefined
  /** The id proposed for the next generation. */
  readonly next: GenerationId | null
  /**
   * When a node checked the owner's lease, ms by the storage's clock. The generation then ends only if the lease has run
   * out.
   */
  readonly looked?: number
  readonly final?: FinalBytes
}

export interface Append {
  /** The state of the room that the commands were decided on. */
  readonly footing: Footing
  /** Whether the append creates the room, in the epoch of the ground. */
  readonly creates: boolean
  /** The version of the rules that made the decisions. */
  readonly rules: number
  /** At most 64 commands and 128 KiB. */
  readonly decided: readonly Decided[]
  /** The front of the room after the append. */
  readonly front: Front
  /** An end is alone in its append. */
  readonly ends?: Ending
  /** The append only ends or removes something: a Redis with full memory takes it. A full disk takes only an end (`ends`). */
  readonly frees: boolean
  /** The append ignores reservations and may write in rooms of later rules, as an end does. */
  readonly first: boolean
  /** How often in a row this append has come too late. After several losses the room is reserved for it. */
  readonly losses: number
  /** The docket after the last entry read, as JSON, for nodes that know nothing of the room. Saved if the answer is `ok`. */
  readonly docket?: string
}

/**
 * The room has another ground. Gives the entries up to that ground: from the caller's footing on or, if the room's history
 * does not continue from there, from a saved docket or the beginning.
 */
export interface Moved {
  readonly type: 'moved'
  /** The present ground of the room. */
  readonly ground: Ground
  /** Where `entries` continue from: the caller's last read entry, the caller's ground, a saved docket, or nothing. */
  readonly after: 'read' | 'ground' | { readonly docket: string } | 'nothing'
  /** The next entries, in order: at most 500, and 1 MiB. None is after the ground: those are talk and do not matter here. */
  readonly entries: readonly Entry[]
  /** The fingerprint of the last of `entries`. */
  readonly fingerprint: string
  /** Offset of the last entry of the room. */
  readonly last: number
  readonly running: GenerationId | null
  /** The number of the generation that started last, if it is known; else 0. */
  readonly number: number
}

export type Appended =
  /** Written: `entries` in the order of the drafts; empty if there were no drafts. */
  | { readonly type: 'ok'; readonly entries: readonly Entry[] }
  /** Some commands were done before, and nothing was written: the original answer of each, or null for a new command. */
  | { readonly type: 'done'; readonly answers: readonly (Written | Error | null)[] }
  | Moved
  /** The generation had already ended; `start` is the entry of the next generation if this same end had started it. */
  | { readonly type: 'ended'; readonly ended: GenerationEnded; readonly start: Entry | null }
  | { readonly type: 'fenced' }
  /** The last bytes do not connect to the stored text, which ends at `end`. */
  | { readonly type: 'elsewhere'; readonly end: number }
  /** The owner of the generation is alive. */
  | { readonly type: 'lives' }
  /** The check of the lease (`looked`) is too long ago. `now`: the storage's time, ms. */
  | { readonly type: 'stale'; readonly now: number }
  /** The storage has space for an end, but not for a start. */
  | { readonly type: 'full' }

export type AppendReply =
  | { readonly ok: true; readonly end: number }
  | { readonly ok: false; readonly refused: 'ended'; readonly ended: GenerationEnded }
  | { readonly ok: false; readonly refused: 'fenced' }
  /** The storage's end differs from `at`, and the bytes are not there already. */
  | { readonly ok: false; readonly refused: 'elsewhere'; readonly end: number }

/** A room that needs recovery: a generation without a living owner, or (null) a question that waits while nothing runs. */
export interface LapsedRoom {
  readonly roomId: RoomId
  /** `looked`: when the owner's lease was checked, ms by the storage's clock; undefined: no owner can be alive. */
  readonly running: { readonly id: GenerationId; readonly looked: number | undefined } | null
}

export interface Lapsed {
  readonly rooms: readonly LapsedRoom[]
  /** Lets another node search next, since it may have a slot for the remaining questions. */
  pass(): Promise<void>
}

/** Everything found under an id. */
export interface FoundId extends Fact {
  /** Offset of the entry that began the message or generation; null: the room has neither with this id. */
  readonly offset: number | null
  /** State of the member with this id; null: there never was one. */
  readonly member: 'here' | 'left' | 'removed' | null
}

/** `found`: one for each id, in order. */
export interface Found {
  readonly type: 'found'
  readonly found: readonly FoundId[]
}

/** Everything needed to fold the room as it is now: a state, the entries after it, and the text of the replies among them. */
export interface Reading {
  readonly checkpoint: RoomState
  readonly entries: readonly Entry[]
  readonly runs: readonly Run[]
}

/** A range of older messages: their entries in order, including later entries about them, and their text. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly runs: readonly Run[]
  readonly earlier: boolean
}

/** An update for a follower. `heartbeat`: the position of the room. `deleted`: the room is gone for good. */
export type LogUpdate = Entries | Delta | Heartbeat | { readonly type: 'deleted' }
/** `doubtful`: the next updates may belong to another history than the updates so far. Screens do not get it. */
export type Heard = LogUpdate | { readonly type: 'doubtful' }
export type Listener = (update: Heard) => void

export interface EntryLog {
  /**
   * Writes decisions, if the state they were based on still holds. Checks, in this order: whether the room exists, whether a
   * command was done before, the version of the rules, the ground, reservations, the running generation.
   * @throws Refusal `room-not-found`; `internal` if the room to create already exists; `generation-running` for a start while
   * another generation runs; `generation-not-found` for the end of a generation that never ran; `storage-unavailable` if
   * the room was written by later rules; or because of the state of the storage, and then nothing was written unless it is
   * `storage-uncertain`
   */
  append(roomId: RoomId, append: Append): Promise<Appended>

  /**
   * Adds text to the running reply at byte `at` of its UTF-8, with a `mark` if another kind begins there. `text` has no lone
   * surrogates. With a mark it may be empty (silent thinking). Followers get one delta.
   * @throws Refusal `room-not-found`, `generation-not-found`
   */
  appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply>

  /** A heartbeat of the owner. False: the caller no longer owns the generation. @throws Refusal `room-not-found` */
  renew(owned: Owned): Promise<boolean>

  /** Finds rooms that need recovery. Only one node at a time gets them; the others get none. */
  lapsed(): Promise<Lapsed>

  /** Reads a room as it is now, from its newest checkpoint on. */
  read(roomId: RoomId): Promise<Reading>

  /** Reads the newest messages that begin before offset `before`, at most `limit` of them. */
  page(roomId: RoomId, before: number, limit: number): Promise<Page>

  /**
   * Looks up messages, generations and members by at most 64 ids. All facts about an id that the room does not have are null.
   * @param footing the ground for which to answer; if the room has another ground, the answer is `moved`. Null: any ground
   * @param losses see Append
   * @throws Refusal `room-not-found`
   */
  find(
    roomId: RoomId,
    ids: readonly string[],
    footing: Footing | null,
    losses?: number,
  ): Promise<Found | Moved>

  /** Saves a folded state, so that later reads begin there. Ignored if a generation runs in that state. */
  checkpoint(state: RoomState): Promise<void>

  /** Calls `listener` with everything written from now on; resolves once nothing can be missed. */
  follow(roomId: RoomId, listener: Listener): Promise<() => void>

  /** The rooms of a member, most recently used first. */
  roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]>

  /** Deletes a room and everything in it for good. A room created again under its id has another epoch. */
  deleteRoom(roomId: RoomId): Promise<void>

  /** Stops following and releases the storage. Idempotent. */
  close(): Promise<void>
}
