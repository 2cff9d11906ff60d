// Messages that have left and were not answered yet may be in the room already: it is told in both ways, and the
// room is often first. Those are not to be shown twice.
import type { RoomState } from '@roomcast/shared/protocol'
import { messageIdOf } from '@roomcast/shared/message-id'
import type { Post } from '../room/unsent-posts.ts'

/** Messages of a room at its end that are looked through: what was sent just now is among them. */
const NEWEST = 50

/** Those of a member's posts that the room does not show yet. */
export function notShownYet(
  posts: readonly Post[],
  state: RoomState | null,
  me: string | null,
): readonly Post[] {
  if (posts.length === 0 || state === null || me === null) return posts
  const seen = new Set(
    state.messages
      .slice(-NEWEST)
      .map((message) => (message.kind === 'said' && message.by === me ? message.messageId : null)),
  )
  return posts.filter(({ roomId, commandId }) => !seen.has(messageIdOf(roomId, me, commandId)))
}
