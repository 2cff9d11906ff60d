// Ends generations. An end is sent at once and alone, whatever else is being decided in the room.
import type { Clock } from '@roomcast/shared/clock'
import { type GenerationId, Refusal, type RoomId } from '@roomcast/shared/protocol'
import { frontOf } from '../decide/cards.ts'
import { decide, RULES_VERSION } from '../decide/decide.ts'
import type { Draft } from '../decide/draft.ts'
import { withDrafts } from '../decide/fold.ts'
import { NO_FACTS } from '../decide/facts.ts'
import { refusedAsGone } from '../decide/gone.ts'
import type { Appended, EntryLog } from '../log/entry-log.ts'
import { startedIn } from '../log/started.ts'
import type { Dockets } from './dockets.ts'
import { type OnFault, readableEnd } from './faults.ts'
import type { EndResult, NewEnd } from './room-log.ts'
import { Turn } from './turn.ts'

/** How often a room is read again when its docket does not show the generation that the log says is running. */
const MOST_READINGS = 3

interface EndsOptions {
  readonly log: EntryLog
  readonly dockets: Dockets
  readonly clock: Clock
  readonly onFault: OnFault
}

/**
 * The result of an end, possibly of another node's generation: also that its owner `lives`, or that the check of it is
 * `stale`.
 */
export type Ended =
  | EndResult
  | { readonly ok: false; readonly refused: 'lives' }
  | { readonly ok: false; readonly refused: 'stale'; readonly now: number }

export class Ends {
  readonly #options: EndsOptions

  constructor(options: EndsOptions) {
    this.#options = options
  }

  /**
   * @param looked when a node checked whether the owner is alive; the generation ends only if it is not. Undefined: no such
   * condition
   * @throws Refusal `generation-not-found`, `removed`, or because of the state of the storage
   */
  async end(roomId: RoomId, wanted: NewEnd, looked?: number): Promise<Ended> {
    const { dockets, clock, onFault } = this.#options
    let end = readableEnd(wanted, (where) => onFault('end', where))
    const { generationId: id, fence, final } = end
    for (const turn = new Turn(clock); ;) {
      const known = await dockets.of(roomId)
      const command = { type: 'end', ...end } as const
      const gone = refusedAsGone(known.docket, command)
      const runs = known.docket.running === id && !gone
      const drafts = runs ? (decide(known.docket, command, NO_FACTS) as readonly Draft[]) : []
      const { next } = end
      const more = { ...(looked === undefined ? {} : { looked }), ...(final ? { final } : {}) }
      const appended = await this.#append(roomId, {
        footing: known,
        creates: false,
        rules: RULES_VERSION,
        decided: [{ name: null, proposes: undefined, posts: undefined, refusal: null, drafts }],
        front: frontOf(withDrafts(known.docket, drafts)),
        ...(gone ? {} : { ends: { id, fence, next, ...more } }),
        frees: true,
        first: true,
        losses: turn.losses,
      })
      switch (appended.type) {
        case 'ok': {
          if (gone) throw gone
          const { entries } = appended
          const [ended] = entries
          if (ended?.type !== 'generation-ended') {
            // The generation runs, but the docket does not say so: its start was heard but could not be read.
            if (turn.losses > MOST_READINGS) throw new Refusal('internal')
            turn.lost()
            dockets.forget(roomId)
            break
          }
          dockets.wrote(roomId, known, entries, false)
          return { ok: true, entries, ended, started: startedIn(roomId, entries, next) }
        }
        case 'moved':
          turn.lost()
          await dockets.catchUp(roomId, known, appended)
          break
        case 'full':
          // The waiting question starts once there is space for it (`recover`).
          end = { ...end, next: null }
          break
        default:
          return endedBefore(roomId, appended, next)
      }
    }
  }

  async #append(...[roomId, append]: Parameters<EntryLog['append']>): Promise<Appended> {
    const { log, dockets } = this.#options
    try {
      return await log.append(roomId, append)
    } catch (error) {
      dockets.failed(roomId, error)
      throw error
    }
  }
}

function endedBefore(
  roomId: RoomId,
  appended: Exclude<Appended, { type: 'ok' | 'moved' | 'full' }>,
  next: GenerationId | null,
): Ended {
  switch (appended.type) {
    case 'ended': {
      const { ended, start } = appended
      if (!start) return { ok: false, refused: 'ended', ended }
      const entries = [ended, start]
      return { ok: true, entries, ended, started: startedIn(roomId, entries, next) }
    }
    case 'elsewhere':
      return { ok: false, refused: 'elsewhere', end: appended.end }
    case 'stale':
      return { ok: false, refused: 'stale', now: appended.now }
    case 'fenced':
    case 'lives':
      return { ok: false, refused: appended.type }
    default:
      throw new Error(`an end was answered ${appended.type}`)
  }
}
