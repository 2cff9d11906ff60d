// The outcome of the last attempt to save something, for a storage that cannot be asked whether it would accept more: a disk.
import { type ErrorBody, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Appended, AppendReply, EntryLog } from './entry-log.ts'

type Saving = 'append' | 'appendReply'
/**
 * Whether a call stores data that members see, so that its outcome shows whether more can be saved. The other calls write
 * almost nothing, or only when there is time.
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
/** How long an outcome counts, ms. A caller that could not save tries again well within this time. */
const FRESH_MS = 3000

export class SaveTrouble {
  readonly #clock: Clock
  #last: { readonly error: ErrorBody; readonly at: number } | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The refusal of the last save; null if that save succeeded or was more than FRESH_MS ago. */
  get current(): ErrorBody | null {
    if (!this.#last || this.#clock.now() - this.#last.at > FRESH_MS) return null
    return this.#last.error
  }

  /** Wraps a log to record the outcome of its saves. */
  of(log: EntryLog): EntryLog {
    return new Proxy(log, {
      get: (target, name: keyof EntryLog) => {
        const found: unknown = Reflect.get(target, name)
        // An `await` of the log reads its `then`.
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

/** Whether something was saved: a batch of refusals writes nothing, and neither does one that comes too late. */
function hasSaved(answer: Appended | AppendReply): boolean {
  return 'type' in answer ? answer.type === 'ok' && answer.entries.length > 0 : answer.ok
}
