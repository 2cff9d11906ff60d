// The room log in Redis: any number of nodes share it. Every operation is one script, so it is checked, stored and
// published in one step; and every script may be repeated, since a connection that breaks sends it again.
//
// What the promises need of Redis: `appendfsync always` (nothing acknowledged is lost) and `noeviction`.
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
import type { Connections } from '../../redis/connections.ts'
import type { Subscriptions } from '../../redis/subscriptions.ts'
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
} from '../room-log.ts'
import type { MemberCommand } from '../../decide/commands.ts'
import { Following } from './following.ts'
import { Keys } from './keys.ts'
import { MemberRooms } from './member-rooms.ts'
import { readPage, readRoom } from './reading.ts'
import { Recovery } from './recovery.ts'
import { ReplyDigests } from './reply-digests.ts'
import { loadScripts, type ScriptName } from './scripts.ts'
import type { Answer } from './answers.ts'
import { Caller } from './caller.ts'
import { Dockets } from './dockets.ts'
import { Judge, nameOf } from './judge.ts'

export interface RedisRoomLogOptions {
  /** Closed by whoever opened them, after the log. */
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly namespace: string
  readonly clock: Clock
  /** Makes a fresh random id. */
  readonly newId: () => string
  /** An owner that has not shown itself for so long is dead; owners renew every 1.5 s. Preset: 6000. */
  readonly leaseMs?: number
  readonly onFollowerError: (error: unknown) => void
  /** Hears that Redis has lost entries that were followed already (a failover); the room has a new epoch now. */
  readonly onLost: (roomId: RoomId) => void
  /** Hears how many of them were written again from what this node remembered, and how many had no place any more. */
  readonly onReasserted?: (roomId: RoomId, written: number, missing: number) => void
  /** Hears why a room could not be given what Redis has lost of it; it is tried again by the next look. */
  readonly onRepairFailed?: (roomId: RoomId, error: unknown) => void
  /** Hears of a generation that had lost its node and was ended by this one. */
  readonly onInterrupted?: (ended: GenerationEnded & { readonly roomId: RoomId }) => void
}

const LEASE_MS = 6000
/** A lease is judged at most so long after the look at the storage's clock. */
const FRESH_MS = 1000

export class RedisRoomLog implements RoomLog {
  readonly #connections: Connections
  readonly #caller: Caller
  readonly #keys: Keys
  readonly #newId: () => string
  readonly #dockets: Dockets
  readonly #judge: Judge
  readonly #digests = new ReplyDigests()
  readonly #following: Following
  readonly #recovery: Recovery
  readonly #memberRooms: MemberRooms
  #closed = false

  constructor(options: RedisRoomLogOptions) {
    const { connections, namespace, leaseMs = LEASE_MS } = options
    const { publishCommand } = connections
    this.#connections = connections
    this.#newId = options.newId
    this.#keys = new Keys(namespace)
    const scripts = loadScripts({ publishCommand, leaseMs, freshMs: FRESH_MS })
    this.#caller = new Caller(connections, scripts, options.clock)
    this.#dockets = new Dockets(this.#caller, this.#keys)
    this.#judge = new Judge({
      caller: this.#caller,
      keys: this.#keys,
      dockets: this.#dockets,
      clock: options.clock,
      node: options.newId(),
    })
    const parts = {
      ...options,
      scripts,
      keys: this.#keys,
      time: this.#caller.time,
      dockets: this.#dockets,
      judge: this.#judge,
    }
    const { onInterrupted = () => undefined, onReasserted = () => undefined } = options
    const { onRepairFailed = () => undefined } = options
    const onUnremoved = (roomId: RoomId) => {
      // ignored because: it is seen again by the next look
      this.deleteRoom(roomId).catch(() => undefined)
    }
    this.#following = new Following({ ...parts, onReasserted, onRepairFailed, onUnremoved })
    this.#recovery = new Recovery({ ...parts, leaseMs, onInterrupted })
    this.#memberRooms = new MemberRooms(parts)
  }

  async createRoom(room: NewRoom): Promise<Written> {
    const { roomId, owner } = room
    await this.#caller.translate(this.#memberRooms.add(owner.memberId, roomId))
    const epoch = this.#newId()
    this.#following.made(roomId, epoch)
    return this.#decided(roomId, { type: 'create', ...room }, epoch)
  }

  async join(roomId: RoomId, member: NewMember): Promise<Written> {
    const { memberId } = member
    // Listed first: a room that is listed without having been joined is left out of the list.
    await this.#caller.translate(this.#memberRooms.add(memberId, roomId))
    return this.#decided(roomId, { type: 'join', ...member }).catch(async (error: unknown) => {
      if (error instanceof Refusal && error.body.code === 'room-not-found')
        await this.#caller.translate(this.#memberRooms.remove([memberId], roomId))
      throw error
    })
  }

  async post(roomId: RoomId, post: NewPost): Promise<Written> {
    if (post.ask) this.#recovery.touch(roomId)
    return this.#decided(roomId, { type: 'post', ...post })
  }

  async start(roomId: RoomId, start: NewStart): Promise<Written> {
    this.#recovery.touch(roomId)
    return this.#decided(roomId, { type: 'start', ...start })
  }

  async withdraw(roomId: RoomId, withdrawal: Withdrawal): Promise<Written> {
    return this.#decided(roomId, { type: 'withdraw', ...withdrawal })
  }

  async resume(roomId: RoomId, resumption: Resumption): Promise<Written> {
    this.#recovery.touch(roomId)
    return this.#decided(roomId, { type: 'resume', ...resumption })
  }

  async amend(roomId: RoomId, amendment: Amendment): Promise<Written> {
    const written = await this.#decided(roomId, amendment)
    // A room that is listed to somebody who is not in it is left out of the list.
    if (amendment.type === 'remove')
      await this.#caller.translate(this.#memberRooms.remove([amendment.memberId], roomId))
    return written
  }

  async appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    const { roomId, generationId, fence } = owned
    const grown = await this.#caller.translate(this.#grown(roomId, generationId, at, text))
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
      if (lives) this.#recovery.touch(roomId)
      return lives
    } catch (error) {
      if (error instanceof Refusal && error.body.code === 'generation-not-found') return false
      throw error
    }
  }

  async end(roomId: RoomId, end: NewEnd): Promise<EndResult> {
    const { generationId, final } = end
    const grown =
      final &&
      (await this.#caller.translate(this.#grown(roomId, generationId, final.at, final.text)))
    const more = final && grown ? { final: { ...final, digest: grown.digest } } : {}
    const result = await this.#again(roomId, () => this.#judge.end(roomId, end, more))
    if (!result.ok) {
      if (result.refused === 'ended') this.#digests.forget(generationId)
      if (result.refused === 'lives' || result.refused === 'stale') throw new Refusal('internal')
      return result
    }
    this.#digests.forget(generationId)
    if (final) {
      const { at, text, mark } = final
      const delta = [result.ended.number, at, text] as const
      const of = { roomId, generationId }
      this.#following.wroteText(of, mark === undefined ? delta : [...delta, mark])
    }
    this.#following.wrote(roomId, result.entries)
    return result
  }

  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[] = (all) => all,
  ): Promise<readonly Started[]> {
    return this.#caller.translate(this.#recovery.recover(newId, choose))
  }

  async read(roomId: RoomId): Promise<Reading> {
    const names = this.#keys.all(roomId)
    const read = async (version: string | number) =>
      readRoom(roomId, await this.#caller.run('read', names, [version]))
    const reading = (await read(CHECKPOINT_VERSION)) ?? (await read('none'))
    if (reading === null) throw new Refusal('internal')
    // Whoever opens a room has what runs in it looked after, also when all else was lost.
    this.#recovery.touch(roomId)
    return reading
  }

  async page(roomId: RoomId, before: number, limit: number): Promise<Page> {
    const names = [...this.#keys.room(roomId), this.#keys.generations(roomId)]
    return readPage(await this.#caller.run('page', names, [before, limit]))
  }

  async offsetOf(roomId: RoomId, id: string): Promise<number | null> {
    const [, , , index = ''] = this.#keys.room(roomId)
    const fields = [`m:${id}`, `g:${id}`]
    const found = this.#connections.commands.hmget(index, ...fields)
    const [message, generation] = await this.#caller.translate(found)
    const offset = parseInt(message ?? generation ?? '', 10)
    return Number.isNaN(offset) ? null : offset
  }

  async checkpoint(state: RoomState): Promise<void> {
    if (state.running !== null || state.outdated) return
    const { roomId, epoch, offset } = state
    const names = [...this.#keys.room(roomId), this.#keys.checkpoint(roomId)]
    const mark = this.#following.markAt(roomId, offset) ?? ''
    const values = [CHECKPOINT_VERSION, epoch, offset, JSON.stringify(state), mark]
    await this.#caller.run('checkpoint', names, values)
  }

  async follow(roomId: RoomId, follower: Follower): Promise<() => void> {
    return this.#caller.translate(this.#following.follow(roomId, follower))
  }

  /** Looks where all followed rooms stand; resolves when their followers have been told. Redis that is away says nothing. */
  catchUp(): Promise<void> {
    return this.#following.catchUp()
  }

  async isMember(roomId: RoomId, memberId: MemberId): Promise<boolean> {
    const [, , , , , members = ''] = this.#keys.room(roomId)
    return (
      (await this.#caller.translate(this.#connections.commands.hexists(members, memberId))) === 1
    )
  }

  async isGone(roomId: RoomId, memberId: MemberId): Promise<boolean> {
    const [, , , index = ''] = this.#keys.room(roomId)
    const asked = this.#connections.commands.hexists(index, `x:${memberId}`)
    return (await this.#caller.translate(asked)) === 1
  }

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#caller.translate(this.#memberRooms.list(memberId))
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    const answer = await this.#caller.run('delete-room', this.#keys.all(roomId))
    this.#dockets.forget(roomId)
    await this.#caller.translate(this.#memberRooms.remove(answer[1] as MemberId[], roomId))
    this.#recovery.forget(roomId)
    this.#following.removed(roomId, String(answer[2]))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#following.close()
    await this.#recovery.close()
  }

  /** Has a command decided and written, and remembers for a while what this node has been told of it. */
  async #decided(
    roomId: RoomId,
    command: MemberCommand,
    creates: string | null = null,
  ): Promise<Written> {
    const written = await this.#again(roomId, () => this.#judge.command(roomId, command, creates))
    const { field, kind } = nameOf(command)
    this.#following.wrote(roomId, written.entries, [field, kind])
    return written
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

  /** After all rooms were looked at since there is this connection; and once more where something lost is there again. */
  async #again<T>(roomId: RoomId, run: () => Promise<T>): Promise<T> {
    await this.#following.checked
    try {
      return await run()
    } catch (error) {
      // What it is about may be lost, and this node may know of it.
      if (!isNotFound(error) || !(await this.#following.recheck(roomId))) throw error
      return run()
    }
  }

  #grown(roomId: RoomId, generationId: GenerationId, at: number, text: string) {
    const [, reply] = this.#keys.generation(roomId, generationId)
    return this.#digests.after(generationId, at, text, () =>
      this.#connections.commands.getrangeBuffer(reply, 0, at - 1),
    )
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
