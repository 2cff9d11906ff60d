// Writes to rooms: the steps before an append, the append itself, and this node's record of it.
import { type MemberId, Refusal, type RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { cardOf } from '../../decide/cards.ts'
import type { Append, Appended } from '../entry-log.ts'
import { type AppendAnswer, appendedIn, fieldOf, valuesOf } from './append-request.ts'
import type { Caller } from './caller.ts'
import type { Following } from './following.ts'
import type { Keys } from './keys.ts'
import type { MemberRooms } from './member-rooms.ts'
import type { ReplyDigests } from './reply-digests.ts'
import type { Reservations } from './reservations.ts'

/** How long an append waits in a room reserved for another node before it tries again, and in total, ms. */
const PAUSE_MS = 20
const MOST_PAUSES_MS = 5000

export interface AppendingOptions {
  readonly caller: Caller
  readonly keys: Keys
  readonly clock: Clock
  readonly reservations: Reservations
  readonly digests: ReplyDigests
  readonly following: Following
  readonly memberRooms: MemberRooms
  /** Called when a generation may run in a room from now on, or a question may start. */
  readonly onWork: (roomId: RoomId) => void
}

export class Appending {
  readonly #options: AppendingOptions

  constructor(options: AppendingOptions) {
    this.#options = options
  }

  /** See EntryLog. */
  async append(roomId: RoomId, append: Append): Promise<Appended> {
    const { following, memberRooms, onWork } = this.#options
    const cards = append.decided.flatMap(({ drafts }) => drafts.map(cardOf))
    if (append.front.waits !== '' || cards.some(({ starts }) => starts)) onWork(roomId)
    if (append.creates) following.made(roomId, append.footing.ground.epoch)
    const members = cards.flatMap(({ member }) => member ?? [])
    const come = members.flatMap((member) => ('is' in member ? [member.id] : []))
    const gone = members.flatMap((member) => ('gone' in member ? [member.id] : []))
    // Listed before the append: reading a member's list drops rooms that the member is not in.
    await memberRooms.enlist(come, roomId)
    const concerned = [...come, ...gone]
    // ignored because: a list that could not be corrected names a room too many, which is dropped when the list is read
    const correct = (here?: ReadonlySet<MemberId>) =>
      memberRooms.correct(roomId, concerned, here).catch(() => undefined)
    const appended = await this.#waiting(roomId, append).catch(async (error: unknown) => {
      if (!isUncertain(error)) await correct()
      throw error
    })
    this.#note(roomId, append, appended)
    await correct(appended.type === 'ok' ? new Set(come) : undefined)
    return appended
  }

  /** Appends, and waits while the room is reserved for another node. */
  async #waiting(roomId: RoomId, append: Append): Promise<Appended> {
    const { clock } = this.#options
    for (const began = clock.now(); ;) {
      const appended = await this.#once(roomId, append)
      if (appended.type !== 'reserved') return appended
      if (clock.now() - began > MOST_PAUSES_MS) throw new Refusal('storage-unavailable')
      const pause = Math.min(appended.forMs, PAUSE_MS)
      await new Promise<void>((resolve) => void clock.after(pause, resolve))
    }
  }

  async #once(roomId: RoomId, append: Append): Promise<AppendAnswer> {
    const { caller, keys, reservations, digests } = this.#options
    const { losses, first, frees, ends } = append
    const final = ends?.final
    const [, reply] = keys.generation(roomId, ends?.id ?? '')
    const grown = final && (await digests.after(ends.id, final.at, final.text, reply))
    const { node } = reservations
    const reserves = reservations.msAfter(losses, first)
    const values = valuesOf(append, { node, reserves, digest: grown?.digest ?? '' })
    const name = frees ? 'append-freeing' : 'append'
    const running = caller.run(name, keys.all(roomId), values)
    return appendedIn(roomId, append, await reservations.timed(running))
  }

  /** Remembers the answer for a while, so that it can be restored after a loss (repair/). */
  #note(roomId: RoomId, { decided, ends }: Append, appended: Appended): void {
    const { digests, following } = this.#options
    if (ends && (appended.type === 'ok' || appended.type === 'ended')) digests.forget(ends.id)
    if (appended.type === 'ok' && ends?.final) {
      const { at, text, mark } = ends.final
      const [ended] = appended.entries
      if (ended?.type === 'generation-ended')
        following.wroteText(
          { roomId, generationId: ends.id },
          mark === undefined ? [ended.number, at, text] : [ended.number, at, text, mark],
        )
    }
    let from = 0
    for (const [index, { name, drafts }] of decided.entries()) {
      const done = appended.type === 'done' ? appended.answers[index] : null
      const before = done && 'entries' in done ? done.entries : []
      const own =
        appended.type === 'ok' ? appended.entries.slice(from, (from += drafts.length)) : before
      following.wrote(roomId, own, name ? [fieldOf(name), name.kind] : undefined)
    }
  }
}

/** Whether the append may have been written all the same, perhaps later. */
function isUncertain(error: unknown): boolean {
  return !(error instanceof Refusal) || error.body.code === 'storage-uncertain'
}
