// Stores messages that the server has not acknowledged yet, so that closing the tab does not lose them. They are
// sent again with their own ids, so that none is posted twice, whichever tab sends it.
import { type CommandOf, commandSchemas } from '@roomcast/shared/protocol'
import * as v from 'valibot'

export type Post = CommandOf<'post'>

/** The part of the browser's `localStorage` that is needed; each call may throw. */
type PostStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const postsSchema = v.array(commandSchemas.post)

export class UnsentPosts {
  readonly #storage: () => PostStorage

  /** @param storage returns the storage at each use, because in some browsers merely accessing it throws */
  constructor(storage: () => PostStorage) {
    this.#storage = storage
  }

  /** This member's stored messages in a room, oldest first. */
  read(roomId: string, memberId: string): readonly Post[] {
    try {
      const kept = this.#storage().getItem(keyOf(roomId, memberId))
      const parsed = v.safeParse(postsSchema, JSON.parse(kept ?? '[]'))
      return parsed.success ? parsed.output : []
    } catch {
      // ignored because: without storage these messages are lost with the tab, and the page warns before it closes.
      return []
    }
  }

  /** Stores a member's message, once. @returns a function that deletes it again */
  keep(memberId: string, post: Post): () => void {
    const without = (): readonly Post[] =>
      this.read(post.roomId, memberId).filter(({ commandId }) => commandId !== post.commandId)
    const kept = this.read(post.roomId, memberId)
    if (!kept.some(({ commandId }) => commandId === post.commandId))
      this.#write(post.roomId, memberId, [...kept, post])
    return () => this.#write(post.roomId, memberId, without())
  }

  #write(roomId: string, memberId: string, posts: readonly Post[]): void {
    const key = keyOf(roomId, memberId)
    try {
      if (posts.length === 0) this.#storage().removeItem(key)
      else this.#storage().setItem(key, JSON.stringify(posts))
    } catch {
      // ignored because: see `read`.
    }
  }
}

function keyOf(roomId: string, memberId: string): string {
  return `unsent:${roomId}:${memberId}`
}
