// Which messages a screen shows: the newest at first, older ones as the reader scrolls up. The room's state
// holds a window of the newest; what leaves it while it is on the screen is kept here, pages come on top.
import type { Message, MessagesPage, RoomState } from '@roomcast/shared/protocol'

/** Messages shown at first, and added with each step up. */
export const STEP = 50

export interface History {
  /** Messages before the state's window, oldest first, without a gap. */
  readonly older: readonly Message[]
  /** Nothing before this offset is shown. */
  readonly from: number
  /** The server has messages before `older` and the window. */
  readonly earlier: boolean
}

/** Where a screen begins that sees the room for the first time. */
export function startHistory(state: RoomState): History {
  const from = state.messages.at(-STEP)?.offset ?? 0
  return { older: [], from, earlier: state.earlier }
}

/** Keeps what has left the window; starts over when the two states do not connect. */
export function followHistory(history: History, before: RoomState, after: RoomState): History {
  const [oldBegin, newBegin] = [before.messages[0], after.messages[0]]
  if (oldBegin === undefined) return startHistory(after)
  if (newBegin === undefined || before.epoch !== after.epoch) return startHistory(after)
  if (newBegin.offset === oldBegin.offset) return history
  const connects = before.messages.some((message) => message.offset === newBegin.offset)
  if (!connects) return startHistory(after)
  const left = before.messages.filter(
    ({ offset }) => offset < newBegin.offset && offset >= history.from,
  )
  const dropped = before.messages.some(
    ({ offset }) => offset < newBegin.offset && offset < history.from,
  )
  return { ...history, older: [...history.older, ...left], earlier: history.earlier || dropped }
}

/** The messages on the screen, oldest first. */
export function shownMessages(history: History, state: RoomState): readonly Message[] {
  const inWindow = state.messages.filter(({ offset }) => offset >= history.from)
  return history.older.length === 0 ? inWindow : [...history.older, ...inWindow]
}

export function hasEarlier(history: History, state: RoomState): boolean {
  return history.earlier || hidden(history, state).length > 0
}

/** The history one step further up if the window still holds that step, else null: a page is needed. */
export function stepUp(history: History, state: RoomState): History | null {
  const above = hidden(history, state)
  if (above.length === 0) return null
  return { ...history, from: above.at(-STEP)?.offset ?? 0 }
}

/** The offset before which the next page ends. */
export function pageBefore(history: History, state: RoomState): number {
  return (history.older[0] ?? state.messages[0])?.offset ?? state.offset + 1
}

/** Adds a page that ends right before what is here. */
export function withPage(history: History, page: MessagesPage): History {
  const from = page.messages[0]?.offset ?? history.from
  return { older: [...page.messages, ...history.older], from, earlier: page.earlier }
}

function hidden(history: History, state: RoomState): readonly Message[] {
  return history.older.length > 0
    ? []
    : state.messages.filter(({ offset }) => offset < history.from)
}
