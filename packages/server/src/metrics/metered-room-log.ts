// Measures another room log: duration and bytes of appends, and failures. It changes nothing.
import { Refusal } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'
import { type Instruments, STORAGE_ERRORS } from './instruments.ts'
import type { UnderWay } from './under-way.ts'

interface MeteredRoomLogOptions {
  readonly log: RoomLog
  readonly instruments: Instruments
  /** Monotonic time, s. */
  readonly seconds: () => number
  /** Reply text on its way to the watchers; see `deltaKey`. */
  readonly texts: UnderWay
  /** Stops on their way to Claude, by generation. */
  readonly stops: UnderWay
}

/** The key of a run of reply text, by its position. */
export function deltaKey(roomId: string, number: number, at: number): string {
  return `${roomId} ${number} ${at}`
}

export class MeteredRoomLog implements RoomLog {
  readonly #options: MeteredRoomLogOptions

  readonly createRoom = this.#watched('createRoom')
  readonly join = this.#watched('join')
  readonly post = this.#watched('post')
  readonly start = this.#watched('start')
  readonly withdraw = this.#watched('withdraw')
  readonly resume = this.#watched('resume')
  readonly amend = this.#watched('amend')
  readonly renew = this.#watched('renew')
  readonly recover = this.#watched('recover')
  readonly read = this.#watched('read')
  readonly page = this.#watched('page')
  readonly offsetOf = this.#watched('offsetOf')
  readonly checkpoint = this.#watched('checkpoint')
  readonly follow = this.#watched('follow')
  readonly isMember = this.#watched('isMember')
  readonly isGone = this.#watched('isGone')
  readonly roomsOf = this.#watched('roomsOf')
  readonly deleteRoom = this.#watched('deleteRoom')
  readonly close = this.#watched('close')
  readonly #appendReply = this.#watched('appendReply')
  readonly #end = this.#watched('end')

  constructor(options: MeteredRoomLogOptions) {
    this.#options = options
  }

  readonly appendReply: RoomLog['appendReply'] = async (owned, at, text, mark) => {
    const { instruments, seconds, texts } = this.#options
    const key = deltaKey(owned.roomId, owned.number, at)
    texts.begin(key)
    const began = seconds()
    const result = await this.#appendReply(owned, at, text, mark)
    instruments.append.observe(seconds() - began)
    if (result.ok) instruments.replyBytes.inc(byteLength(text))
    else texts.forget(key)
    return result
  }

  readonly end: RoomLog['end'] = async (roomId, end) => {
    const { instruments, stops } = this.#options
    // If several members stop it at once, the first stop is timed.
    const isTimed = end.outcome === 'cancelled' && stops.begin(end.generationId)
    const result = await this.#end(roomId, end)
    if (result.ok && end.final) instruments.replyBytes.inc(byteLength(end.final.text))
    if (isTimed && !result.ok) stops.forget(end.generationId)
    return result
  }

  /** A method of the wrapped log; its failures are counted and rethrown. */
  #watched<Name extends keyof RoomLog>(name: Name): RoomLog[Name] {
    const call = async (...parameters: unknown[]) => {
      const { log, instruments } = this.#options
      const method = log[name] as (...parameters: unknown[]) => Promise<unknown>
      try {
        return await method.apply(log, parameters)
      } catch (error) {
        const code = storageError(error)
        if (code !== null) instruments.storageErrors.inc({ code })
        throw error
      }
    }
    return call as RoomLog[Name]
  }
}

/** Null for refusals that are ordinary answers: no such room, the queue is full, … */
function storageError(error: unknown): (typeof STORAGE_ERRORS)[number] | null {
  if (!(error instanceof Refusal)) return 'unexpected'
  const { code } = error.body
  return STORAGE_ERRORS.find((known) => known === code) ?? null
}
