// A follower of a room by event stream: it checks and folds each event of one stream after another.
import { digest } from '@roomcast/shared/digest'
import { isDelta, parseUpdate, type RoomState, type Update } from '@roomcast/shared/protocol'
import { emptyRoom, fold, positionOf } from '@roomcast/shared/room'
import { EventText } from './event-text.ts'

export class EventFollower {
  state: RoomState
  /** The updates received, in order; a delta is called `delta`. */
  readonly types: string[] = []
  readonly updates: Update[] = []
  /** The reason of a `closed`. */
  closed: string | null = null
  comments = 0
  retryMs: number | null = null
  #text = new EventText()
  #taken = 0
  #lastId = ''

  constructor(state = emptyRoom('none', 'none')) {
    this.state = state
  }

  /** The id from which to resume. */
  get lastId(): string {
    return this.#lastId
  }

  /** Begins a new stream; an incomplete event of the last one is dropped. */
  begin(): void {
    this.#text = new EventText()
    this.#taken = 0
  }

  /**
   * Processes more text of the stream.
   * @throws Error when an event is not as promised: [W5] named for its update, with the position after it
   */
  add(text: string): void {
    this.#text.add(text)
    this.comments += this.#text.comments
    this.#text.comments = 0
    this.retryMs = this.#text.retryMs ?? this.retryMs
    for (const event of this.#text.events.slice(this.#taken)) {
      this.#taken++
      const update = parseUpdate(JSON.parse(event.data))
      if (!update) throw new Error(`not an update: ${event.data}`)
      const type = isDelta(update) ? 'delta' : update.type
      if (event.type !== type) throw new Error(`${type} comes as ${event.type}`)
      this.types.push(type)
      this.updates.push(update)
      this.#take(update)
      if (type === 'closed') continue
      const { epoch, offset, end } = positionOf(this.state)
      if (event.id !== `${epoch}:${offset}:${end}`)
        throw new Error(`${event.id} after ${event.data} is not ${epoch}:${offset}:${end}`)
      this.#lastId = event.id
    }
  }

  #take(update: Update): void {
    if (!isDelta(update)) {
      if (update.type === 'closed') this.closed = update.error.code
      if (['presence', 'storage', 'synced', 'closed'].includes(update.type)) return
    }
    const { state, behind } = fold(this.state, update as Parameters<typeof fold>[1], digest)
    if (behind) throw new Error(`a gap at ${JSON.stringify(update)}`)
    this.state = state
  }
}
