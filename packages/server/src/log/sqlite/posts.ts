// What somebody says: a message, and a question that starts or waits. Called inside transactions.
import type { Entry, Quote, RoomId } from '@roomcast/shared/protocol'
import { LIMITS, Refusal } from '@roomcast/shared/protocol'
import type { NewPost, Waiting } from '../room-log.ts'
import type { Entries, RoomRow } from './entries.ts'
import type { Generations } from './generations.ts'
import type { Queue } from './queue.ts'

export interface PostsOptions {
  readonly entries: Entries
  readonly queue: Queue
  readonly generations: Generations
}

export class Posts {
  readonly #options: PostsOptions

  constructor(options: PostsOptions) {
    this.#options = options
  }

  /** @throws Refusal `queue-full` */
  write(room: RoomRow, post: NewPost): Entry[] {
    const { entries, generations, queue } = this.#options
    const { room_id: roomId } = room
    const { messageId, by, text, ask, mentions, model, generationId } = post
    const isBusy = room.running !== null || room.held === 1 || queue.length(roomId) > 0
    const waits = ask && (isBusy || post.waits === true)
    if (waits && queue.length(roomId) >= LIMITS.queueLength) throw new Refusal('queue-full')
    if (waits && queue.lengthOf(roomId, by) >= LIMITS.queueLengthPerMember)
      throw new Refusal('queue-full', 'You have too many questions waiting already.')
    const posted = entries.write(roomId, {
      type: 'message-posted',
      messageId,
      by,
      text,
      ask,
      ...this.#quoted(roomId, post),
      ...(mentions === undefined ? {} : { mentions }),
      ...(model === undefined ? {} : { model }),
    })
    if (!ask) return [posted]
    if (!waits)
      return [posted, generations.start(roomId, { generationId, mode: 'answer', messageId, by })]
    queue.add(roomId, messageId, by)
    return [posted, entries.write(roomId, { type: 'question-queued', messageId })]
  }

  /** The heads of the queues that wait for a place only. */
  waiting(): readonly Waiting[] {
    const { entries, queue } = this.#options
    return queue.waitingRooms().flatMap((roomId) => {
      const head = queue.head(roomId)
      const asked = head && entries.lastAbout(roomId, head.messageId, 'message-posted')
      return asked ? [{ roomId, by: asked.by, since: asked.at }] : []
    })
  }

  /** Whose it is, the log knows; what is not there, or not any more, is not quoted. */
  #quoted(roomId: RoomId, { quote, by }: NewPost): { quote?: Quote } {
    if (!quote) return {}
    const { entries } = this.#options
    const { of, text, isOwn = false } = quote
    if (entries.lastAbout(roomId, of, 'generation-started'))
      return { quote: isOwn ? { of, by, text } : { of, text } }
    const posted = entries.lastAbout(roomId, of, 'message-posted')
    const isThere = posted && !entries.lastAbout(roomId, of, 'message-retracted')
    return isThere ? { quote: { of, by: isOwn ? by : posted.by, text } } : {}
  }
}
