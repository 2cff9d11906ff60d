// The log of entries in Redis, shared by any number of nodes. Every operation is one script, so it is checked, stored and
// published in one step. Every script may be repeated, since a connection that breaks sends it again.
//
// The promises require `appendfsync always` (nothing acknowledged is lost) and `noeviction`.
import type {
  GenerationEnded,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import { CHECKPOINT_VERSION, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { LATER_KINDS } from '../../decide/cards.ts'
import type { Connections } from '../../redis/connections.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
import type {
  Append,
  Appended,
  AppendReply,
  EntryLog,
  Found,
  Footing,
  Lapsed,
  Listener,
  Moved,
  Owned,
  Page,
  Reading,
} from '../entry-log.ts'
import type { Answer } from './answers.ts'
import { footingIn } from './append-request.ts'
import { Appending } from './appending.ts'
import { Caller } from './caller.ts'
import { Following } from './following.ts'
import { type FoundAnswer, foundIn } from './found.ts'
import { Keys } from './keys.ts'
import { Leases } from './leases.ts'
import { MemberRooms } from './member-rooms.ts'
import { movedIn } from './moved.ts'
import { readPage, readRoom } from './reading.ts'
import { ReplyDigests } from './reply-digests.ts'
import { Reservations } from './reservations.ts'
import { loadScripts, type ScriptName } from './scripts.ts'

export interface RedisEntryLogOptions {
  /** The caller that opened them closes them, after the log. */
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly namespace: string
  readonly clock: Clock
  /** Makes a new random id. */
  readonly newId: () => string
  /** An owner that has not renewed its lease for this long, ms, counts as dead; owners renew every 1.5 s. Default: 6000. */
  readonly leaseMs?: number
  readonly onFollowerError: (error: unknown) => void
  /** Called when Redis has lost entries that this node had followed (a failover). The room now has a new epoch. */
  readonly onLost: (roomId: RoomId) => void
  /** Receives how many lost entries this node has restored from memory, and how many no longer had a place. */
  readonly onReasserted?: (roomId: RoomId, written: number, missing: number) => void
  /** Receives the error when lost entries of a room could not be restored. The next check tries again. */
  readonly onRepairFailed?: (roomId: RoomId, error: unknown) => void
}

const LEASE_MS = 6000
/** How long after the storage's clock was read a lease may be judged, ms. */
const FRESH_MS = 1000

export class RedisEntryLog implements EntryLog {
  readonly #caller: Caller
  readonly #keys: Keys
  readonly #reservations: Reservations
  readonly #digests: ReplyDigests
  readonly #following: Following
  readonly #leases: Leases
  readonly #memberRooms: MemberRooms
  readonly #appending: Appending
  #closed = false

  constructor(options: RedisEntryLogOptions) {
    const { connections, subscriptions, namespace, clock, newId, leaseMs = LEASE_MS } = options
    const { onFollowerError, onLost } = options
    const { publishCommand } = connections
    const keys = new Keys(namespace)
    const scripts = loadScripts({ publishCommand, leaseMs, freshMs: FRESH_MS })
    const caller = new Caller(connections, scripts, clock)
    this.#keys = keys
    this.#caller = caller
    this.#digests = new ReplyDigests(connections)
    this.#reservations = new Reservations(newId(), clock)
    const { onReasserted = () => undefined, onRepairFailed = () => undefined } = options
    const log: Pick<EntryLog, 'find'> = { find: (...asked) => this.#find(...asked) }
    this.#memberRooms = new MemberRooms({ connections, scripts, keys, caller, log })
    this.#leases = new Leases({ connections, scripts, keys, clock, caller, newId, leaseMs })
    const onUnremoved = (roomId: RoomId) => {
      // ignored because: the next check finds the room again
      this.deleteRoom(roomId).catch(() => undefined)
    }
    this.#following = new Following({
      connections,
      subscriptions,
      scripts,
      keys,
      clock,
      log,
      newId,
      onFollowerError,
      onLost,
      onReasserted,
      onRepairFailed,
      onUnremoved,
    })
    this.#appending = new Appending({
      caller,
      keys,
      clock,
      reservations: this.#reservations,
      digests: this.#digests,
      following: this.#following,
      memberRooms: this.#memberRooms,
      onWork: (roomId) => this.#leases.touch(roomId),
    })
  }

  /** Starts polling the positions of the followed rooms. Call once. */
  start(): void {
    this.#following.start()
  }

  async append(roomId: RoomId, append: Append): Promise<Appended> {
    const write = () => this.#appending.append(roomId, append)
    const appended = await this.#again(roomId, write)
    const isMissed = append.decided.some(({ refusal }) => isNotFound(refusal))
    if (appended.type !== 'ok' || !isMissed) return appended
    // The refused command may be about something that Redis has lost and that this node can restore.
    return (await this.#following.recheck(roomId)) ? write() : appended
  }

  async appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    const { roomId, generationId, fence } = owned
    const [, reply] = this.#keys.generation(roomId, generationId)
    const growing = this.#digests.after(generationId, at, text, reply)
    const grown = await this.#caller.translate(growing)
    const values = [fence, at, text, mark ?? '', grown.digest]
    const answer = await this.#generation(roomId, generationId, 'append-reply', values)
    const refused = this.#refusedOwner(generationId, answer)
    if (refused) return refused
    grown.taken()
    const delta = [owned.number, at, text] as const
    this.#following.wroteText(owned, mark === undefined ? delta : [...delta, mark])
    return { ok: true, end: Number(answer[1]) }
  }

  async renew({ roomId, generationId, fence }: Owned): Promise<boolean> {
    try {
      const answer = await this.#generation(roomId, generationId, 'renew', [fence])
      const lives = answer[0] === 'ok'
      if (lives) this.#leases.touch(roomId)
      return lives
    } catch (error) {
      if (error instanceof Refusal && error.body.code === 'generation-not-found') return false
      throw error
    }
  }

  async lapsed(): Promise<Lapsed> {
    return this.#caller.translate(this.#leases.lapsed())
  }

  async read(roomId: RoomId): Promise<Reading> {
    const names = this.#keys.all(roomId)
    const read = async (version: string | number) =>
      readRoom(roomId, await this.#caller.run('read', names, [version]))
    const reading = (await read(CHECKPOINT_VERSION)) ?? (await read('none'))
    if (reading === null) throw new Refusal('internal')
    // Opening a room also makes sure that it is swept, even if the set of active rooms was lost.
    this.#leases.touch(roomId)
    return reading
  }

  async page(roomId: RoomId, before: number, limit: number): Promise<Page> {
    const names = [...this.#keys.room(roomId), this.#keys.generations(roomId)]
    return readPage(await this.#caller.run('page', names, [before, limit, ...LATER_KINDS]))
  }

  async find(...asked: Parameters<EntryLog['find']>): Promise<Found | Moved> {
    return this.#again(asked[0], () => this.#find(...asked))
  }

  async checkpoint(state: RoomState): Promise<void> {
    if (state.running !== null || state.outdated) return
    const { roomId, epoch, offset } = state
    const names = [...this.#keys.room(roomId), this.#keys.checkpoint(roomId)]
    const fingerprint = this.#following.fingerprintAt(roomId, offset) ?? ''
    const values = [CHECKPOINT_VERSION, epoch, offset, JSON.stringify(state), fingerprint]
    await this.#caller.run('checkpoint', names, values)
  }

  async follow(roomId: RoomId, listener: Listener): Promise<() => void> {
    return this.#caller.translate(this.#following.follow(roomId, listener))
  }

  /**
   * Checks all followed rooms; resolves when their followers have been told. While Redis is unreachable they are told
   * nothing.
   */
  catchUp(): Promise<void> {
    return this.#following.catchUp()
  }

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#caller.translate(this.#memberRooms.list(memberId))
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    const answer = await this.#caller.run('delete-room', this.#keys.all(roomId))
    await this.#memberRooms.delist(answer[1] as MemberId[], roomId)
    this.#leases.forget(roomId)
    this.#following.removed(roomId, String(answer[2]))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#following.close()
    await this.#leases.close()
  }

  async #find(
    roomId: RoomId,
    ids: readonly string[],
    footing: Footing | null,
    losses = 0,
  ): Promise<Found | Moved> {
    const reserves = this.#reservations.msAfter(losses, false)
    const known = footing ? JSON.stringify(footingIn(footing)) : ''
    const values = [known, this.#reservations.node, reserves, ...ids]
    const answer = await this.#caller.run('find', this.#keys.all(roomId), values)
    if (footing && answer[0] === 'moved') return movedIn(footing, answer)
    return { type: 'found', found: (answer[1] as readonly FoundAnswer[]).map(foundIn) }
  }

  /** Runs a script about one generation. */
  async #generation(
    roomId: RoomId,
    generationId: GenerationId,
    name: ScriptName,
    values: readonly (string | number)[],
  ): Promise<Answer> {
    const names = [...this.#keys.room(roomId), ...this.#keys.generation(roomId, generationId)]
    return this.#again(roomId, () => this.#caller.run(name, names, values))
  }

  /**
   * Runs once all rooms have been checked over this connection. If something is not found and a check restores it, runs
   * again.
   */
  async #again<T>(roomId: RoomId, run: () => Promise<T>): Promise<T> {
    await this.#following.checked
    try {
      return await run()
    } catch (error) {
      // The call may be about something that Redis has lost and that this node can restore.
      if (!isNotFound(error) || !(await this.#following.recheck(roomId))) throw error
      return run()
    }
  }

  #refusedOwner(
    generationId: GenerationId,
    answer: Answer,
  ): Exclude<AppendReply, { ok: true }> | null {
    switch (answer[0]) {
      case 'ended':
        this.#digests.forget(generationId)
        return {
          ok: false,
          refused: 'ended',
          ended: JSON.parse(String(answer[1])) as GenerationEnded,
        }
      case 'fenced':
        return { ok: false, refused: 'fenced' }
      case 'elsewhere':
        return { ok: false, refused: 'elsewhere', end: Number(answer[1]) }
      default:
        return null
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.body.code.endsWith('-not-found')
}
