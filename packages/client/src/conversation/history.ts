// The messages that a screen shows: the newest at first, older ones as the reader scrolls up. The room's state holds a
// window of the newest. Messages that leave the window while on the screen are kept here, and pages of older ones are
// added before them. A reader far back sees a detached stretch, without the messages between it and the window. The
// number of messages is bounded, wherever the reader goes.
import type { Entry, Message, MessagesPage, RoomState } from '@roomcast/shared/protocol'
import { change, emptyRoom } from '@roomcast/shared/room'

/** Messages shown at first, and added with each step up. */
export const STEP = 50
/** The most messages kept besides the window. */
export const KEEP = 1000

export interface History {
  /** Messages before the state's window, or the detached stretch; oldest first, without a gap. */
  readonly older: readonly Message[]
  /** Messages of the window before this offset are not shown. */
  readonly from: number
  /** The server has messages before these. */
  readonly earlier: boolean
  /** Messages between `older` and the window are missing, so the window is not shown. */
  readonly detached: boolean
  /** The offset of a reply in `older` that left the window unfinished and must be read again. */
  readonly stale: number | null
}

/** The history of a screen that has just opened the room. */
export function startHistory(state: RoomState): History {
  const from = windowOf(state).at(-STEP)?.offset ?? 0
  return { older: [], from, earlier: state.earlier, detached: false, stale: null }
}

/**
 * Keeps the messages that left the window. If the two states do not connect, it starts over.
 * @param at offset of the first message in sight; Infinity at the end
 */
export function followHistory(
  history: History,
  before: RoomState,
  after: RoomState,
  at: number = Infinity,
): History {
  if (before.epoch !== after.epoch) return startHistory(after)
  const pinned = pinnedOf(before)
  const finished = pinned !== null && pinnedOf(after)?.offset !== pinned.offset
  const known = finished ? { ...history, stale: pinned.offset } : history
  if (known.detached) return known
  const [old, now] = [windowOf(before), windowOf(after)]
  const [oldFirst, first] = [old[0]?.offset, now[0]?.offset]
  if (oldFirst === undefined || first === undefined) return startHistory(after)
  if (first === oldFirst) return known
  if (first < oldFirst && now.some(({ offset }) => offset === oldFirst))
    return { ...known, older: known.older.filter(({ offset }) => offset < first) }
  if (!old.some(({ offset }) => offset === first))
    // A reader further up keeps their place; the missed messages are paged in from there.
    return at === Infinity
      ? startHistory(after)
      : { ...known, older: shownMessages(known, before), detached: true }
  const left = old.filter(({ offset }) => offset < first && offset >= known.from)
  const dropped = old.some(({ offset }) => offset < first && offset < known.from)
  return within(
    { ...known, older: [...known.older, ...left], earlier: known.earlier || dropped },
    at,
  )
}

/** The messages on the screen, oldest first. */
export function shownMessages(history: History, state: RoomState): readonly Message[] {
  const window = history.detached
    ? []
    : windowOf(state).filter(({ offset }) => offset >= history.from)
  const shown = history.older.length === 0 ? window : [...history.older, ...window]
  const pinned = pinnedOf(state)
  if (pinned === null) return shown
  const place = shown.findIndex(({ offset }) => offset === pinned.offset)
  if (place >= 0) return shown.with(place, pinned)
  return history.detached ? shown : [pinned, ...shown]
}

export function hasEarlier(history: History, state: RoomState): boolean {
  return history.earlier || hidden(history, state).length > 0
}

/** The history one step further up. Null if the window does not hold that step, so a page is needed. */
export function stepUp(history: History, state: RoomState): History | null {
  const above = hidden(history, state)
  if (above.length === 0) return null
  return { ...history, from: above.at(-STEP)?.offset ?? 0 }
}

/** The offset before which the next page ends. */
export function pageBefore(history: History, state: RoomState): number {
  return (history.older[0] ?? windowOf(state)[0])?.offset ?? state.offset + 1
}

/** Adds a page that ends right before the first message. */
export function withPage(history: History, page: MessagesPage, at: number = 0): History {
  const from = page.messages[0]?.offset ?? history.from
  const older = [...page.messages, ...history.older]
  return within({ ...history, older, from, earlier: page.earlier }, at)
}

/** The offset after which the next page of a detached stretch begins. */
export function pageAfter(history: History): number {
  return history.older.at(-1)?.offset ?? 0
}

/** Adds a page that begins right after a detached stretch. The stretch joins the window once it reaches it. */
export function withLaterPage(
  history: History,
  state: RoomState,
  page: MessagesPage,
  at: number,
): History {
  const joined = joinedTo(state, { ...history, older: [...history.older, ...page.messages] }, page)
  return within(joined, at)
}

/** A stretch around a message, joined to the window if it reaches it. */
export function stretchOf(state: RoomState, page: MessagesPage): History {
  const { messages, earlier } = page
  return joinedTo(state, { older: messages, from: 0, earlier, detached: true, stale: null }, page)
}

/** The window from a message on, with a step before it; null if the window does not hold that message. */
export function fromWindow(history: History, state: RoomState, offset: number): History | null {
  const window = windowOf(state)
  const place = window.findIndex((message) => message.offset >= offset)
  if (place < 0 || (place === 0 && window[0]?.offset !== offset && state.earlier)) return null
  if (!history.detached && history.from <= offset) return history
  const from = window[Math.max(0, place - STEP)]?.offset ?? 0
  return { older: [], from, earlier: state.earlier, detached: false, stale: null }
}

/** Applies later entries (edits, retractions, withdrawals) to the messages outside the window. */
export function amended(history: History, entries: readonly { readonly type: string }[]): History {
  const about = entries.filter((entry): entry is Entry => AMENDING.has(entry.type))
  if (about.length === 0 || history.older.length === 0) return history
  const state = about.reduce(change, { ...emptyRoom('', ''), messages: history.older })
  return { ...history, older: state.messages }
}

/** Replaces a message that was read again. */
export function withMessage(history: History, message: Message): History {
  const older = history.older.map((old) => (old.offset === message.offset ? message : old))
  return { ...history, older, stale: history.stale === message.offset ? null : history.stale }
}

const AMENDING: ReadonlySet<string> = new Set([
  'message-edited',
  'message-retracted',
  'question-withdrawn',
])

/** Keeps at most `KEEP` older messages and drops those further from the reader. */
function within(history: History, at: number): History {
  const { older } = history
  const beyond = older.length - KEEP
  if (beyond <= 0) return history
  const place = older.findIndex(({ offset }) => offset >= at)
  const nearEnd = place < 0 || place > older.length / 2
  return nearEnd
    ? { ...history, older: older.slice(beyond), earlier: true }
    : { ...history, older: older.slice(0, KEEP), detached: true }
}

function joinedTo(state: RoomState, history: History, page: MessagesPage): History {
  const first = windowOf(state)[0]?.offset
  const last = history.older.at(-1)?.offset ?? 0
  const reaches = page.later === false || (first !== undefined && last >= first)
  if (!reaches) return history
  const older = history.older.filter(({ offset }) => first !== undefined && offset < first)
  return { ...history, older, from: 0, detached: false }
}

/** The window without a reply that is in it only because it is still being written. */
function windowOf(state: RoomState): readonly Message[] {
  return state.hole ? state.messages.slice(1) : state.messages
}

function pinnedOf(state: RoomState): Message | null {
  return (state.hole ? state.messages[0] : null) ?? null
}

function hidden(history: History, state: RoomState): readonly Message[] {
  return history.older.length > 0 || history.detached
    ? []
    : windowOf(state).filter(({ offset }) => offset < history.from)
}
