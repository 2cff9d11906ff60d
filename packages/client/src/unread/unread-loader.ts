// Counts the unread messages of the rooms in a list. It asks the server only about rooms that have changed.
import type { RoomSummary } from '@roomcast/shared/protocol'
import type { Api } from '../api/api.ts'
import { seen } from './last-seen.ts'
import { mayHaveUnread, type UnreadCount, unreadIn } from './unread-count.ts'

/** The most messages that are loaded to count the unread ones. */
const COUNTED = 50
const NOT_COUNTED: UnreadCount = { count: null, more: false, mention: false }

interface Counted {
  /** The room's offset and the last seen offset at the time of the count. */
  readonly key: string
  readonly unread: UnreadCount | null
}

export class UnreadLoader {
  readonly #api: Pick<Api, 'messages'>
  /** The counts by room, only for rooms of the last list. */
  #counted: ReadonlyMap<string, Counted> = new Map()

  constructor(api: Pick<Api, 'messages'>) {
    this.#api = api
  }

  /**
   * @param open the room that is open, in which nothing counts as unread
   * @param me the member; null while unknown
   * @returns the unread counts by room, without rooms that have no unread messages
   */
  async count(
    rooms: readonly RoomSummary[],
    open: () => string | null,
    me: () => string | null,
  ): Promise<ReadonlyMap<string, UnreadCount>> {
    const counted = new Map<string, Counted>()
    const unread = new Map<string, UnreadCount>()
    for (const room of rooms) {
      const { roomId, offset = 0 } = room
      const from = seen(roomId)
      if (roomId === open() || from === null || !mayHaveUnread(room, from)) continue
      const key = `${offset}:${from}`
      const known = this.#counted.get(roomId)
      const now = known?.key === key ? known.unread : await this.#read(roomId, from, me())
      counted.set(roomId, { key, unread: now })
      if (now) unread.set(roomId, now)
    }
    this.#counted = counted
    return unread
  }

  #read(roomId: string, from: number, me: string | null): Promise<UnreadCount | null> {
    return this.#api.messages(roomId, { after: from }, COUNTED).then(
      (page) => unreadIn(page, from, me),
      () => NOT_COUNTED,
    )
  }
}
