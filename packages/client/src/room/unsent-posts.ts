// Messages that the server has not answered yet, kept where a closed tab does not lose them. They are sent
// again with their own ids, so that none is said twice, whichever tab sends it.
import { type CommandOf, commandSchemas } from '@roomcast/shared/protocol'
import * as v from 'valibot'

export type Post = CommandOf<'post'>

/** The browser's `localStorage`, as far as it is needed; each call may throw. */
type PostStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const postsSchema = v.array(commandSchemas.post)

export class UnsentPosts {
  readonly #storage: () => PostStorage

  /** @param storage gives it at each use: merely asking for it throws in some browsers */
  constructor(storage: () => PostStorage) {
    this.#storage = storage
  }

  /** What this member has waiting in a room, oldest first. */
  read(roomId: string, memberId: string): readonly Post[] {
    try {
      const kept = this.#storage().getItem(keyOf(roomId, memberId))
      const parsed = v.safeParse(postsSchema, JSON.parse(kept ?? '[]'))
      return parsed.success ? parsed.output : []
    } catch {
      // ignored because: a browser that stores nothing loses these with the tab, and warns before that.
      return []
    }
  }

  /** Keeps a member's message, once. @returns forgets it again */
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
