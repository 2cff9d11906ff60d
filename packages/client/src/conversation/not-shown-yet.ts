// A sent post whose answer is still outstanding may already be in the room: the answer and the room's update both report
// it, and the update is often first. Such a message must not be shown twice.
import type { RoomState } from '@roomcast/shared/protocol'
import { messageIdOf } from '@roomcast/shared/message-id'
import type { Post } from '../room/unsent-posts.ts'

/** How many of the newest messages to search: a post sent just now is among them. */
const NEWEST = 50

/** The posts of a member that the room does not show yet. */
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
