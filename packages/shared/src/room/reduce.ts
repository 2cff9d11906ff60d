// How each entry changes a room. Pure; the fold takes care of the order and completeness of entries.
import type {
  Entry,
  EntryOf,
  GenerationEnded,
  GenerationStarted,
  UnknownEntry,
} from '../protocol/entry.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { Ended, Invites, Member, Message, RoomState, Said } from '../protocol/room-state.ts'
import { unreadableMessage } from '../protocol/unreadable.ts'
import { byteLength } from './bytes.ts'
import { endDetails } from './end-details.ts'
import { cutReply } from './reply.ts'
import { replyNumbered, withReply } from './state.ts'

/** The room after `entry`, which must be the next one. An entry of an unknown type moves the offset and sets `outdated`. */
export function reduce(state: RoomState, entry: Entry | UnknownEntry): RoomState {
  return { ...withinWindow(change(state, entry as Entry)), offset: entry.offset, at: entry.at }
}

/** Like `reduce`, but without the window's limits and without moving the offset: for a stretch of older entries. */
export function change(state: RoomState, entry: Entry): RoomState {
  switch (entry.type) {
    case 'room-created':
      return {
        ...state,
        title: entry.title,
        model: entry.model,
        instructions: entry.instructions,
      }
    case 'member-joined':
      return { ...state, members: withMember(state.members, entry) }
    case 'member-left':
      return {
        ...state,
        members: withoutMember(state.members, entry),
        // A removed member may have a link, and without their cookie would be let in as a new person.
        ...(entry.by === entry.memberId ? {} : { invites: NONE_OPEN }),
      }
    case 'settings-changed':
      return {
        ...state,
        title: entry.title ?? state.title,
        model: entry.model ?? state.model,
        instructions: entry.instructions ?? state.instructions,
        ...(entry.inviters === undefined ? {} : { inviters: entry.inviters }),
        ...(entry.thinking === undefined ? {} : { thinking: entry.thinking }),
      }
    case 'invite-made':
      return { ...state, invites: withInvite(state.invites, entry) }
    case 'invites-ended':
      return { ...state, invites: NONE_OPEN }
    case 'message-posted':
      return withMessage(state, posted(entry))
    case 'message-edited':
      return edited(state, entry)
    case 'message-retracted':
      return retracted(state, entry)
    case 'question-queued':
      return { ...state, queue: [...state.queue, entry.messageId] }
    case 'question-withdrawn':
      return withdrawn(state, entry.messageId)
    case 'queue-resumed':
      return { ...state, held: false }
    case 'generation-started':
      return started(state, entry)
    case 'generation-ended':
      return ended(state, entry)
    default:
      // An entry of a later version, or an unreadable one: keep its place in the order and mark the room as outdated.
      return { ...withPlace(state, entry), outdated: true }
  }
}

const NONE_OPEN: Invites = { open: [], ended: true }

function withInvite(
  { open, ended }: Invites = { open: [], ended: false },
  { inviteId, by, at, until }: EntryOf<'invite-made'>,
): Invites {
  const others = open.filter((other) => other.until > at)
  return { open: [...others, { inviteId, by, at, until }].slice(-LIMITS.openInvites), ended }
}

/** An unreadable entry that would have added a message gets a placeholder among the messages. */
function withPlace(state: RoomState, { offset, at, was }: UnknownEntry): RoomState {
  const isMessage = was === 'message-posted' || was === 'generation-started'
  return isMessage ? withMessage(state, unreadableMessage(offset, at)) : state
}

function posted(entry: EntryOf<'message-posted'>): Said {
  const { messageId, offset, at, by, text, ask, quote, mentions, model } = entry
  return {
    kind: 'said',
    messageId,
    offset,
    at,
    by,
    text,
    ask,
    withdrawn: false,
    ...(quote === undefined ? {} : { quote }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(model === undefined ? {} : { model }),
  }
}

function edited(state: RoomState, entry: EntryOf<'message-edited'>): RoomState {
  return withSaid(state, entry.messageId, (said) => {
    if (said.retractedBy !== undefined) return said
    const { mentions, ...rest } = said
    const { text, at: editedAt } = entry
    return {
      ...rest,
      text,
      editedAt,
      ...(entry.mentions === undefined ? {} : { mentions: entry.mentions }),
    }
  })
}

function retracted(state: RoomState, entry: EntryOf<'message-retracted'>): RoomState {
  const next = withSaid(state, entry.messageId, (said) => {
    const { quote, mentions, ...rest } = said
    return { ...rest, text: '', retractedBy: entry.by }
  })
  return withoutQuestion(next, entry.messageId)
}

function withoutMember(
  members: readonly Member[],
  { memberId, by }: EntryOf<'member-left'>,
): Member[] {
  const gone = by === memberId ? 'left' : 'removed'
  return members.map((member) => (member.memberId === memberId ? { ...member, gone } : member))
}

function withMember(members: readonly Member[], entry: EntryOf<'member-joined'>): Member[] {
  const known = members.find((member) => member.memberId === entry.memberId)
  const member: Member = {
    memberId: entry.memberId,
    name: entry.name,
    role: entry.role,
    joinedAt: known?.joinedAt ?? entry.at,
  }
  return known ? members.map((other) => (other === known ? member : other)) : [...members, member]
}

function started(state: RoomState, entry: GenerationStarted): RoomState {
  const next = {
    ...state,
    running: entry.number,
    queue: state.queue.filter((messageId) => messageId !== entry.messageId),
  }
  return withMessage(next, {
    kind: 'reply',
    generationId: entry.generationId,
    number: entry.number,
    offset: entry.offset,
    at: entry.at,
    messageId: entry.messageId,
    by: entry.by,
    mode: entry.mode,
    ...(entry.of === undefined ? {} : { of: entry.of }),
    model: entry.model,
    text: '',
    end: 0,
    marks: [],
    ended: null,
  })
}

function ended(state: RoomState, entry: GenerationEnded): RoomState {
  const reply = replyNumbered(state, entry.number)
  const end: Ended = { outcome: entry.outcome, at: entry.at, ...endDetails(entry) }
  const after = reply ? withReply(state, { ...cutReply(reply, entry.end), ended: end }) : state
  // A reply that stayed in the window only while it was running now belongs to the older messages.
  const goes = state.hole && state.running === entry.number
  return {
    ...after,
    messages: goes ? after.messages.slice(1) : after.messages,
    hole: goes ? false : state.hole,
    held: entry.held,
    running: state.running === entry.number ? null : state.running,
  }
}

function withdrawn(state: RoomState, messageId: string): RoomState {
  const next = withSaid(state, messageId, (said) => ({ ...said, withdrawn: true }))
  return withoutQuestion(next, messageId)
}

function withoutQuestion(state: RoomState, messageId: string): RoomState {
  const queue = state.queue.filter((waiting) => waiting !== messageId)
  return { ...state, queue, held: state.held && queue.length > 0 }
}

/** The state with one message changed, if the window still holds it. */
function withSaid(state: RoomState, messageId: string, changed: (said: Said) => Said): RoomState {
  const messages = state.messages.map((message) =>
    message.kind === 'said' && message.messageId === messageId ? changed(message) : message,
  )
  return { ...state, messages }
}

function withMessage(state: RoomState, message: Message): RoomState {
  return { ...state, messages: [...state.messages, message] }
}

/**
 * Keeps the longest run of newest messages within the limits, and before it the running reply, which must stay visible
 * and stoppable until it ends. Only ended text counts, so every follower drops the same messages at the same entry,
 * whenever it joined.
 */
function withinWindow(state: RoomState): RoomState {
  const [pinned, ...rest] = state.messages
  if (state.hole && pinned) {
    const first = firstWithin(rest)
    return first === 0 ? state : { ...state, messages: [pinned, ...rest.slice(first)] }
  }
  const { messages } = state
  const first = firstWithin(messages)
  if (first === 0) return state
  const writing = messages
    .slice(0, first)
    .find((message) => message.kind === 'reply' && message.ended === null)
  const kept = messages.slice(first)
  return writing
    ? { ...state, messages: [writing, ...kept], earlier: true, hole: true }
    : { ...state, messages: kept, earlier: true }
}

/** The index of the first message within the limits. */
function firstWithin(messages: readonly Message[]): number {
  let first = messages.length
  let bytes = 0
  while (first > 0 && messages.length - first < LIMITS.windowMessages) {
    const message = messages[first - 1]
    if (message === undefined) break
    bytes += settledBytes(message)
    if (bytes > LIMITS.windowBytes && first < messages.length) break
    first--
  }
  return first
}

function settledBytes(message: Message): number {
  if (message.kind === 'said') return byteLength(message.text)
  return message.ended === null ? 0 : message.end
}
