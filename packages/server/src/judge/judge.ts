// The judge of all rooms: implements the log of rooms (room-log.ts) on a log of entries. The rules (decide/) decide
// commands; the log writes the decisions if the state they were based on still holds.
import type { Clock } from '@roomcast/shared/clock'
import type {
  GenerationEnded,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { MemberCommand } from '../decide/commands.ts'
import { actorOf } from '../decide/gone.ts'
import type { EntryLog, FoundId } from '../log/entry-log.ts'
import { Batches } from './batches.ts'
import { Dockets } from './dockets.ts'
import { Ends } from './ends.ts'
import { faultInBytes, faultInIds, faultInState, type OnFault } from './faults.ts'
import { Recovery } from './recovery.ts'
import type {
  Amendment,
  AppendReply,
  EndResult,
  Follower,
  NewEnd,
  NewMember,
  NewPost,
  NewRoom,
  NewStart,
  Owned,
  Page,
  Reading,
  Resumption,
  RoomLog,
  Started,
  Waiting,
  Withdrawal,
  Written,
} from './room-log.ts'

export interface JudgeOptions {
  /** Closed with the judge. */
  readonly log: EntryLog
  readonly clock: Clock
  /** Makes a new random id. */
  readonly newId: () => string
  /** Called for each generation without a living owner that this node has ended. */
  readonly onInterrupted?: (ended: GenerationEnded & { readonly roomId: RoomId }) => void
  /** See RecoveryOptions. */
  readonly onRecoveryFailed?: (roomId: RoomId, error: unknown) => void
  readonly onFault?: OnFault
  /**
   * Commands that arrive in a room before this resolves are decided together; default: those of one microtask. A remote log
   * lets more gather while it writes. A file writes at once, so with a file the judge waits for the end of the event loop's
   * turn (`endOfTurn`).
   */
  readonly gather?: () => Promise<void>
}

/** Resolves once all input that has already arrived has been read. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

export class Judge implements RoomLog {
  readonly #log: EntryLog
  readonly #newId: () => string
  readonly #onFault: OnFault
  readonly #dockets: Dockets
  readonly #batches: Batches
  readonly #ends: Ends
  readonly #recovery: Recovery

  constructor({ log, clock, newId, gather = moment, ...hearing }: JudgeOptions) {
    const { onFault = ignore, onInterrupted = ignore, onRecoveryFailed = ignore } = hearing
    this.#log = log
    this.#newId = newId
    this.#onFault = onFault
    const dockets = new Dockets(log)
    const batches = new Batches({ log, clock, gather, dockets, onFault })
    const ends = new Ends({ log, clock, dockets, onFault })
    this.#dockets = dockets
    this.#batches = batches
    this.#ends = ends
    this.#recovery = new Recovery({
      log,
      clock,
      dockets,
      batches,
      ends,
      onInterrupted,
      onRecoveryFailed,
    })
  }

  async createRoom(room: NewRoom): Promise<Written> {
    return this.#command(room.roomId, { type: 'create', ...room }, this.#newId())
  }

  async join(roomId: RoomId, member: NewMember): Promise<Written> {
    return this.#command(roomId, { type: 'join', ...member })
  }

  async post(roomId: RoomId, post: NewPost): Promise<Written> {
    return this.#command(roomId, { type: 'post', ...post })
  }

  async start(roomId: RoomId, start: NewStart): Promise<Written> {
    return this.#command(roomId, { type: 'start', ...start })
  }

  async withdraw(roomId: RoomId, withdrawal: Withdrawal): Promise<Written> {
    return this.#command(roomId, { type: 'withdraw', ...withdrawal })
  }

  async resume(roomId: RoomId, resumption: Resumption): Promise<Written> {
    return this.#command(roomId, { type: 'resume', ...resumption })
  }

  async amend(roomId: RoomId, amendment: Amendment): Promise<Written> {
    return this.#command(roomId, amendment)
  }

  async appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    this.#require('appendReply', faultInBytes({ at, text, mark }, owned.number))
    return this.#log.appendReply(owned, at, text, mark)
  }

  async renew(owned: Owned): Promise<boolean> {
    return this.#log.renew(owned)
  }

  async end(roomId: RoomId, end: NewEnd): Promise<EndResult> {
    const { generationId, next } = end
    const ids = { roomId, generationId, ...(next === null ? {} : { next }) }
    this.#require('end', faultInIds(ids))
    const result = await this.#ends.end(roomId, end)
    if (!result.ok && (result.refused === 'lives' || result.refused === 'stale'))
      throw new Refusal('internal')
    return result
  }

  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[] = (all) => all,
  ): Promise<readonly Started[]> {
    return this.#recovery.recover(newId, choose)
  }

  async read(roomId: RoomId): Promise<Reading> {
    return this.#log.read(roomId)
  }

  async page(roomId: RoomId, before: number, limit: number): Promise<Page> {
    return this.#log.page(roomId, before, limit)
  }

  async offsetOf(roomId: RoomId, id: string): Promise<number | null> {
    return (await this.#found(roomId, id))?.offset ?? null
  }

  async checkpoint(state: RoomState): Promise<void> {
    this.#require('checkpoint', faultInState(state))
    await this.#log.checkpoint(state)
  }

  async follow(roomId: RoomId, follower: Follower): Promise<() => void> {
    return this.#log.follow(roomId, (update) => {
      this.#dockets.heard(roomId, update)
      if (!('type' in update) || update.type !== 'doubtful') follower(update)
    })
  }

  async isMember(roomId: RoomId, memberId: MemberId): Promise<boolean> {
    return (await this.#memberIn(roomId, memberId)) === 'here'
  }

  async isGone(roomId: RoomId, memberId: MemberId): Promise<boolean> {
    const member = await this.#memberIn(roomId, memberId)
    return member === 'left' || member === 'removed'
  }

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#log.roomsOf(memberId)
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    await this.#log.deleteRoom(roomId)
    this.#dockets.forget(roomId)
  }

  async close(): Promise<void> {
    await this.#log.close()
  }

  async #command(
    roomId: RoomId,
    command: MemberCommand,
    creates: string | null = null,
  ): Promise<Written> {
    const { commandId } = command
    this.#require(command.type, faultInIds({ roomId, commandId, by: actorOf(command) }))
    return this.#batches.add(roomId, command, creates)
  }

  async #found(roomId: RoomId, id: string): Promise<FoundId | undefined> {
    const answer = await this.#log.find(roomId, [id], null)
    return answer.type === 'found' ? answer.found[0] : undefined
  }

  async #memberIn(roomId: RoomId, memberId: MemberId): Promise<FoundId['member']> {
    try {
      return (await this.#found(roomId, memberId))?.member ?? null
    } catch (error) {
      if (error instanceof Refusal && error.body.code === 'room-not-found') return null
      throw error
    }
  }

  /** @throws Refusal `internal` for a call with a fault */
  #require(call: string, fault: string | null): void {
    if (fault === null) return
    this.#onFault(call, fault)
    throw new Refusal('internal')
  }
}

function ignore(): void {
  // The caller gave no listener.
}

function moment(): Promise<void> {
  return Promise.resolve()
}
