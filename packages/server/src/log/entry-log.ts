// The log of entries: the one truth of every room. It keeps entries and the text of answers, in one order, and finds them again
// by their cards (decide/cards.ts). It knows no rule: everything that is written was decided before (decide/), on a state that the
// log compares with its own.
//
// Order        Entries of a room have dense offsets from 1, and `at` never goes back, whatever the clock of the storage
//              does. All followers get the same entries and the same reply bytes, each in the order of the log; an end
//              comes after all bytes before it.
// Atomicity    Every method below is one step: checked, stored, then shown to followers, or nothing at all.
//              A refused or failed call has changed nothing and shown nothing.
// One run      At most one generation runs in a room. The first end wins; later ones learn the winner, and replies of an
//              ended generation take no more bytes. An end is sealed with the length and digest of what is stored.
// Idempotence  Commands may be repeated: the entries answered are the same, they are written once (remembered for a day at
//              least), and `started` is given once, to one caller. `appendReply` may be repeated with the same bytes. An
//              id that was another kind of command's is Refusal('bad-request').
// Marks        The bytes after a mark that had none carry the mark again: no position tells that it was lost.
// Loss         What has been answered survives the end of any process. Entries survive the loss of power;
//              of a running reply the last moments may be lost then, and its end says so by its length.
// Followers    May see an entry or bytes twice, never out of order with a hole in between unnoticed: offsets
//              and byte positions tell. They are called after the write, one at a time, in order. An adapter that
//              may lose what it tells also tells where the room stands (`heartbeat`), within a few seconds.
//
// Adapters translate their own failures to Refusal('storage-full') and Refusal('storage-unavailable'), and to
// Refusal('storage-uncertain') where they cannot tell whether it was done: it may be repeated.
// Unknown rooms are answered with Refusal('room-not-found').
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

/** A right to write one reply. The fence makes a late owner harmless: another owner has a higher one. */
export interface Owned {
  readonly roomId: RoomId
  readonly generationId: GenerationId
  readonly number: number
  readonly fence: number
}

/** A generation that has just been started and is now the caller's to run. */
export interface Started extends Owned {
  readonly mode: Mode
  readonly messageId: MessageId
  readonly of: GenerationId | undefined
  readonly by: MemberId
  readonly model: string
  /** Offset of the entry that starts it; the prompt is made of the entries before. */
  readonly offset: number
}

/** `started`: a generation began in the same step, and the caller runs it. */
export interface Written {
  readonly entries: readonly Entry[]
  readonly started: Started | null
}

/** An entry of a room. */
export interface Spot {
  /** 0: there is none yet. */
  readonly offset: number
  /** Tells that entry from any other that may stand in its place after a loss (fingerprint.ts). */
  readonly fingerprint: string
}

/** The last entry of a room that decisions depend on. */
interface Ground extends Spot {
  readonly epoch: string
}

/** How far somebody knows a room. */
export interface Footing {
  readonly ground: Ground
  /** The last entry that was read, which may be talk behind the ground. */
  readonly read: Spot
}

/** A command, with the decision on it. */
export interface Decided {
  /** It is remembered by that; null: nobody will repeat it. */
  readonly name: { readonly by: MemberId; readonly id: CommandId; readonly kind: string } | null
  /** The generation that it may start. */
  readonly proposes: GenerationId | undefined
  /** The message that the command posts. After a loss the room may hold it while the record of the command is gone. */
  readonly posts: { readonly messageId: MessageId; readonly by: MemberId } | undefined
  /** Then nothing is written, and it is not remembered. */
  readonly refusal: Error | null
  readonly drafts: readonly Draft[]
}

/** The generation that is to end; the draft of its end is among those of the append. */
export interface Ending {
  readonly id: GenerationId
  /** Of its owner; undefined: anybody may. */
  readonly fence: number | undefined
  /** The next one that was proposed. */
  readonly next: GenerationId | null
  /** It ends only if its owner has not shown itself, as somebody looked at this time, ms by the clock of the storage. */
  readonly looked?: number
  readonly final?: FinalBytes
}

export interface Append {
  /** Of the state of the room that the commands were decided on. */
  readonly footing: Footing
  /** The room is made with it, in the epoch of the ground. */
  readonly creates: boolean
  /** The version of the rules that have decided. */
  readonly rules: number
  /** 64 commands and 128 KiB at most. */
  readonly decided: readonly Decided[]
  /** Of the room with all that is written. */
  readonly front: Front
  /** An end is alone in its append. */
  readonly ends?: Ending
  /** It only ends or takes away: a Redis whose memory is full takes it as well. A full disk takes an end only (`ends`). */
  readonly frees: boolean
  /** It goes before whoever has the room to themselves for a moment, and into rooms of later rules: a stop does. */
  readonly first: boolean
  /** How often in a row it has come too late: whoever loses again and again is waited for. */
  readonly losses: number
  /** The docket after the last entry that was read, as JSON, for those who know nothing of the room. Saved if the answer is `ok`. */
  readonly docket?: string
}

/** The room has another ground. Gives the entries up to it: from what is known, or, where the room does not go on from that, from a beginning. */
export interface Moved {
  readonly type: 'moved'
  /** Of the room as it is now. */
  readonly ground: Ground
  /** Entries go on from there: from the entry that was read, the ground that was known, a docket that was saved, or nothing. */
  readonly after: 'read' | 'ground' | { readonly docket: string } | 'nothing'
  /** The next ones, in order: 500 or 1 MiB of them at most. None comes after the ground: it is talk, and does not matter here. */
  readonly entries: readonly Entry[]
  /** Tells the last of them from any other. */
  readonly fingerprint: string
  /** Offset of the last entry of the room. */
  readonly last: number
  readonly running: GenerationId | null
  /** Of the generation that started last, as far as it is known; 0: there is none. */
  readonly number: number
}

export type Appended =
  /** In the order of the drafts. No entry was written where there were none. */
  | { readonly type: 'ok'; readonly entries: readonly Entry[] }
  /** Some were done before, and nothing was written: for each its answer, or null where it is new. */
  | { readonly type: 'done'; readonly answers: readonly (Written | Error | null)[] }
  | Moved
  /** The generation had ended; `start` is that of the next, if this very end had begun it. */
  | { readonly type: 'ended'; readonly ended: GenerationEnded; readonly start: Entry | null }
  | { readonly type: 'fenced' }
  /** The last bytes do not connect: the storage's end is there. */
  | { readonly type: 'elsewhere'; readonly end: number }
  /** Its owner is alive. */
  | { readonly type: 'lives' }
  /** Too long after the look. `now`: the time of the storage, ms. */
  | { readonly type: 'stale'; readonly now: number }
  /** There is room for an end, and none for a start. */
  | { readonly type: 'full' }

export type AppendReply =
  | { readonly ok: true; readonly end: number }
  | { readonly ok: false; readonly refused: 'ended'; readonly ended: GenerationEnded }
  | { readonly ok: false; readonly refused: 'fenced' }
  /** The storage's end differs from `at`, and the bytes are not there already. */
  | { readonly ok: false; readonly refused: 'elsewhere'; readonly end: number }

/** A room that nobody looks after: a generation without a living owner, or (null) a question that waits while nothing runs. */
export interface LapsedRoom {
  readonly roomId: RoomId
  /** `looked`: when its owner was looked for, ms by the clock of the storage; undefined: no owner can be alive. */
  readonly running: { readonly id: GenerationId; readonly looked: number | undefined } | null
}

export interface Lapsed {
  readonly rooms: readonly LapsedRoom[]
  /** Another node may have a place for the questions that are left: it is to look next. */
  pass(): Promise<void>
}

/** Found under an id. */
export interface FoundId extends Fact {
  /** Of the entry that began it; null: the room has neither a message nor a generation of this id. */
  readonly offset: number | null
  /** Of the member of this id; null: there never was one. */
  readonly member: 'here' | 'left' | 'removed' | null
}

/** For each id, in their order. */
export interface Found {
  readonly type: 'found'
  readonly found: readonly FoundId[]
}

/** Enough to fold the room as it is now: a state, the entries after it, the text of the replies among them. */
export interface Reading {
  readonly checkpoint: RoomState
  readonly entries: readonly Entry[]
  readonly runs: readonly Run[]
}

/** A stretch of older messages: their entries in order, later ones about them included, and their text. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly runs: readonly Run[]
  readonly earlier: boolean
}

/** What a follower is told. `heartbeat`: where the room stands. `deleted`: the room is gone for good. */
export type LogUpdate = Entries | Delta | Heartbeat | { readonly type: 'deleted' }
/** `doubtful`: what comes next may go on from another history than the one that was told; it is not for a screen. */
export type Heard = LogUpdate | { readonly type: 'doubtful' }
export type Listener = (update: Heard) => void

export interface EntryLog {
  /**
   * Writes what was decided, if that is how the room stands. Looked at in this order: whether there is the room, whether a command was
   * done before, the rules, the ground, whose turn it is, what runs.
   * @throws Refusal `room-not-found`; `internal` where the room that is to be made is there; `generation-running` for a start beside
   * another; `generation-not-found` for the end of what never ran; `storage-unavailable` for fewer rules than the room was
   * written by; the state of the storage, and then nothing was written unless it is `storage-uncertain`
   */
  append(roomId: RoomId, append: Append): Promise<Appended>

  /**
   * Adds text to the running reply at byte `at` of its UTF-8; `mark` where another kind begins. `text` holds no lone
   * surrogates. Text may be empty with a mark (silent thinking). Followers get one delta.
   * @throws Refusal `room-not-found`, `generation-not-found`
   */
  appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply>

  /** Says that the owner is alive. False: it does not own the generation any more. @throws Refusal `room-not-found` */
  renew(owned: Owned): Promise<boolean>

  /** Looks for rooms that nobody looks after. One node at a time is given them; the others are given none. */
  lapsed(): Promise<Lapsed>

  /** Reads a room as it is now, from its newest checkpoint on. */
  read(roomId: RoomId): Promise<Reading>

  /** Reads up to `limit` messages with entries before offset `before` (newest of those first chosen). */
  page(roomId: RoomId, before: number, limit: number): Promise<Page>

  /**
   * Looks up messages, generations and members: 64 at most. Nothing is known of an id that the room does not have.
   * @param footing they are asked for on that ground; where the room has another, that is told instead. Null: on any
   * @param losses as in Append
   * @throws Refusal `room-not-found`
   */
  find(
    roomId: RoomId,
    ids: readonly string[],
    footing: Footing | null,
    losses?: number,
  ): Promise<Found | Moved>

  /** Saves a folded state so that later reads begin there. Ignored while a generation runs in it. */
  checkpoint(state: RoomState): Promise<void>

  /** Calls `listener` with everything written from now on; resolved once nothing can be missed. */
  follow(roomId: RoomId, listener: Listener): Promise<() => void>

  /** The rooms of a member, last used first. */
  roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]>

  /** Removes a room and everything in it for good. A room made again under its id has another epoch. */
  deleteRoom(roomId: RoomId): Promise<void>

  /** Stops following and releases the storage. Idempotent. */
  close(): Promise<void>
}
