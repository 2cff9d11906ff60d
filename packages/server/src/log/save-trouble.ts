// How the last try to save something ended, for a storage that cannot be asked whether it would take more: a disk.
import { type ErrorBody, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Appended, AppendReply, EntryLog } from './entry-log.ts'

type Saving = 'append' | 'appendReply'
/**
 * Whether a call adds to what members see stored: how it ended tells whether more can be saved. The others write next to nothing,
 * or only when there is time.
 */
const SAVES: Readonly<Record<Exclude<keyof EntryLog, Saving>, false> & Record<Saving, true>> = {
  append: true,
  appendReply: true,
  renew: false,
  lapsed: false,
  read: false,
  page: false,
  find: false,
  checkpoint: false,
  follow: false,
  roomsOf: false,
  deleteRoom: false,
  close: false,
}
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
  of(log: EntryLog): EntryLog {
    return new Proxy(log, {
      get: (target, name: keyof EntryLog) => {
        const found: unknown = Reflect.get(target, name)
        // Whoever awaits a log asks it for `then`.
        if (typeof found !== 'function') return found
        const method = found.bind(target) as (...given: unknown[]) => Promise<unknown>
        if (!SAVES[name]) return method
        return (...given: unknown[]) => {
          const work = method(...given)
          work.then(
            (answer) => {
              if (hasSaved(answer as Appended | AppendReply)) this.#last = null
            },
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

/** A batch of refusals writes nothing, and neither does one that comes too late. */
function hasSaved(answer: Appended | AppendReply): boolean {
  return 'type' in answer ? answer.type === 'ok' && answer.entries.length > 0 : answer.ok
}
