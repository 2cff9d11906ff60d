// The commands of a room, in the form in which rules and logs get them. Ids are drawn by the caller, once for a command.
import type {
  CommandId,
  GenerationId,
  Inviters,
  Kind,
  MemberId,
  MessageId,
  Outcome,
  Role,
  RoomId,
  Usage,
} from '@roomcast/shared/protocol'

export interface NewRoom {
  readonly commandId: CommandId
  readonly roomId: RoomId
  readonly title: string
  readonly model: string
  readonly instructions: string
  readonly owner: { readonly memberId: MemberId; readonly name: string }
}

export interface NewMember {
  readonly commandId: CommandId
  readonly memberId: MemberId
  readonly name: string
  readonly role: Role
  /** Offset up to which the caller knows the room: it chose a name that is free, and judged the invite by that. */
  readonly seen?: number
}

/** With `ask`, the question starts `generationId` at once, or waits in the queue. */
export interface NewPost {
  readonly commandId: CommandId
  readonly messageId: MessageId
  readonly by: MemberId
  readonly text: string
  readonly ask: boolean
  /** Used if the question can start at once. */
  readonly generationId: GenerationId
  /** The question waits in the queue although nothing runs: its node has no place for it now. */
  readonly waits?: boolean
  /** What it answers to: `of` names a message or a generation. The log knows whose that is, and leaves out what is not there. */
  readonly quote?: {
    readonly of: string
    readonly text: string
    /** That message does not hold the text: they are the words of whoever posts. */
    readonly isOwn?: boolean
  }
  readonly mentions?: readonly MemberId[]
  /** The model that is to answer this question, also when it is asked again; without one it is the room's. */
  readonly model?: string
}

/** A change to what is there already; `by` is checked against what it is about in the step that writes it. */
export type Amendment = { readonly commandId: CommandId; readonly by: MemberId } & (
  | {
      readonly type: 'edit'
      readonly messageId: MessageId
      readonly text: string
      readonly mentions?: readonly MemberId[]
    }
  | { readonly type: 'retract'; readonly messageId: MessageId }
  | {
      readonly type: 'configure'
      readonly title?: string
      readonly model?: string
      readonly instructions?: string
      readonly inviters?: Inviters
      readonly thinking?: boolean
    }
  | { readonly type: 'invite'; readonly inviteId: string; readonly until: number }
  | { readonly type: 'end-invites' }
  | { readonly type: 'remove'; readonly memberId: MemberId }
)

export interface NewStart {
  readonly commandId: CommandId
  readonly generationId: GenerationId
  readonly by: MemberId
  readonly mode: 'retry' | 'continue'
  /** The ended generation that is done again or gone on with. */
  readonly of: GenerationId
}

export interface Withdrawal {
  readonly commandId: CommandId
  readonly messageId: MessageId
  readonly by: MemberId
}

export interface Resumption {
  readonly commandId: CommandId
  readonly by: MemberId
  /** For the head of the queue; null: it waits for `recover`. */
  readonly generationId: GenerationId | null
}

/** The last bytes of a reply, appended in the same step as its end. */
export interface FinalBytes {
  readonly at: number
  readonly text: string
  readonly mark: Kind | undefined
}

export interface NewEnd {
  readonly generationId: GenerationId
  readonly outcome: Outcome
  /** Given by the owner; then a newer owner refuses this. Members who cancel have none. */
  readonly fence?: number
  readonly final?: FinalBytes
  readonly by?: MemberId
  readonly reason?: string
  readonly stop?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly usage?: Usage
  readonly omitted?: boolean
  /** Id for the next queued question if one can start; null leaves the queue as it is (shutting down). */
  readonly next: GenerationId | null
}

/** How an answer ends whose node is gone, whoever finds that out. */
export const INTERRUPTED = {
  code: 'interrupted',
  message: 'The server stopped while Claude was answering.',
}

export type Command =
  | ({ readonly type: 'create' } & NewRoom)
  | ({ readonly type: 'join' } & NewMember)
  | ({ readonly type: 'post' } & NewPost)
  | ({ readonly type: 'start' } & NewStart)
  | ({ readonly type: 'withdraw' } & Withdrawal)
  | ({ readonly type: 'resume' } & Resumption)
  | Amendment
  | ({ readonly type: 'end' } & NewEnd)
  /** The head of the queue may start, nobody has to ask for it; with `by`, if it is that member's question. */
  | { readonly type: 'promote'; readonly generationId: GenerationId; readonly by?: MemberId }

/** What a member wants: remembered by its id. */
export type MemberCommand = Extract<Command, { readonly commandId: string }>

export type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>

/** Whether a command only ends or takes away, so that a storage that is full takes it as well. */
export const FREES: Readonly<Record<Command['type'], boolean>> = {
  create: false,
  join: false,
  post: false,
  start: false,
  withdraw: true,
  resume: false,
  edit: false,
  retract: true,
  configure: false,
  invite: false,
  'end-invites': false,
  remove: true,
  end: true,
  // A question that waits was taken when there was room for its answer.
  promote: true,
}
