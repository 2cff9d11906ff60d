// How the last try to save something ended, for a storage of which one cannot ask whether it would: a disk that is full.
import { type ErrorBody, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { RoomLog } from './room-log.ts'

/** Calls that add to what is stored. */
const SAVING: ReadonlySet<PropertyKey> = new Set<keyof RoomLog>([
  'createRoom',
  'join',
  'post',
  'start',
  'appendReply',
  'withdraw',
  'resume',
  'end',
])
/** Whoever could not save tries again well within this time, ms; after it nobody knows. */
const FRESH_MS = 3000

export class SaveTrouble {
  readonly #clock: Clock
  #last: { readonly error: ErrorBody; readonly at: number } | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What the storage refused with when it was last asked to save, a moment ago; null when it saved, or that was long ago. */
  get current(): ErrorBody | null {
    if (!this.#last || this.#clock.now() - this.#last.at > FRESH_MS) return null
    return this.#last.error
  }

  /** The same log, which is listened to. */
  of(log: RoomLog): RoomLog {
    return new Proxy(log, {
      get: (target, name: keyof RoomLog) => {
        const method = target[name].bind(target) as (...given: unknown[]) => Promise<unknown>
        if (!SAVING.has(name)) return method
        return (...given: unknown[]) => {
          const work = method(...given)
          work.then(
            () => (this.#last = null),
            (error: unknown) => this.#failed(error),
          )
          return work
        }
      },
    })
  }

  #failed(error: unknown): void {
    if (!(error instanceof Refusal)) return
    const { code } = error.body
    if (code !== 'storage-full' && code !== 'storage-unavailable') return
    this.#last = { error: error.body, at: this.#clock.now() }
  }
}
