// Looking things up in a RoomState. It is plain data, replaced and never changed in place.
import type { Position } from '../protocol/position.ts'
import type { Message, Reply, RoomState } from '../protocol/room-state.ts'

/** A room before its first entry. */
export function emptyRoom(roomId: string, epoch: string): RoomState {
  return {
    roomId,
    epoch,
    offset: 0,
    title: '',
    model: '',
    instructions: '',
    members: [],
    messages: [],
    earlier: false,
    queue: [],
    held: false,
    running: null,
    hole: false,
    outdated: false,
  }
}

/** The reply with this generation number, if the window still holds it. */
export function replyNumbered(state: RoomState, number: number): Reply | undefined {
  for (let index = state.messages.length - 1; index >= 0; index--) {
    const message = state.messages[index]
    if (message?.kind === 'reply' && message.number === number) return message
  }
  return undefined
}

/** The running reply. */
export function runningReply(state: RoomState): Reply | undefined {
  return state.running === null ? undefined : replyNumbered(state, state.running)
}

/** The position of this state; re-reading from it returns everything that is missing. */
export function positionOf(state: RoomState): Position {
  return { epoch: state.epoch, offset: state.offset, end: runningReply(state)?.end ?? 0 }
}

/** The state with one reply replaced; searches from the newest. */
export function withReply(state: RoomState, reply: Reply): RoomState {
  const index = state.messages.findLastIndex(
    (message) => message.kind === 'reply' && message.number === reply.number,
  )
  if (index < 0) return state
  const messages: Message[] = state.messages.slice()
  messages[index] = reply
  return { ...state, messages }
}
