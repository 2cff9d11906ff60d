// The last seconds of the rooms of this node, and the look whether the storage still has them.
//
// A storage that has lost its tail (a failover) is given it again: a room gets a new epoch, so that everybody takes the whole room, and
// in the same step the entries that this node knows (restoring.ts). Other nodes add those that only they know.
import type { Delta, Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { refusalOf, scriptFault } from '../../../redis/refusals.ts'
import { fingerprintOf } from '../../fingerprint.ts'
import { Recent } from './recent.ts'
import { lastOf, notice, type Remembered, type Stand, standIn } from './remembered.ts'
import { RemovedRooms } from './removed-rooms.ts'
import { type Place, RepairOutrun, Restoring, type RestoringOptions } from './restoring.ts'

/** What was written is remembered so long while the storage is there, ms. */
const REMEMBER_MS = 10_000
/** How often one look goes on because something was lost. */
const MOST_LOOKS = 5
/** Stands for no links at all. */
const DOUBTED = -1

export interface RepairOptions extends RestoringOptions {
  readonly clock: Clock
  /** Hears that the storage has lost what was known already; the room has a new epoch now. */
  readonly onLost: (roomId: RoomId) => void
  /** Hears how many entries were written again, and how many had no place any more. */
  readonly onReasserted: (roomId: RoomId, written: number, missing: number) => void
  /** Hears why a room could not be given what it has lost. It is tried again by the next look. */
  readonly onRepairFailed: (roomId: RoomId, error: unknown) => void
}

/** Entries that were heard of: of this version, or of a later one and only passed on. */
export interface HeardEntries {
  readonly epoch: string
  readonly entries: readonly Entry[]
}

/** The result of a look. `stand`: null where there is no such room; `isBack`: something that was lost is there again. */
export interface Check {
  readonly stand: Stand | null
  readonly isBack: boolean
}

type RepairResult = 'sound' | 'back' | 'failed'

export class Repair {
  readonly #options: RepairOptions
  readonly #restoring: Restoring
  readonly #rooms = new Map<RoomId, Remembered>()
  readonly #removed = new RemovedRooms(REMEMBER_MS)
  readonly #underWay = new Map<RoomId, Promise<RepairResult>>()
  /** Counts connections: only with a new one can a whole room be lost. */
  #connection = 0
  /**
   * Counts connections of both kinds. What comes by a new one may go on from another history than the one that is known here,
   * so nothing is taken to follow from it until it has been looked for.
   */
  #links = 0

  constructor(options: RepairOptions) {
    this.#options = options
    this.#restoring = new Restoring(options)
    const { commands, subscriber } = options.connections
    commands.on('ready', () => {
      this.#connection += 1
      this.#links += 1
    })
    subscriber.on('ready', () => (this.#links += 1))
  }

  /** The rooms of which something is remembered, or that somebody follows. */
  get ids(): readonly RoomId[] {
    return [...this.#rooms.keys()]
  }

  /** From now on what comes of a room is remembered. @param stand where it stands, if that is known */
  watch(roomId: RoomId, stand?: Stand): void {
    const room = this.#use(roomId)
    if (stand) this.#goOn(room, stand.epoch, stand)
  }

  /** Nobody follows a room: it is forgotten, unless something of it is remembered. */
  letGo(roomId: RoomId): void {
    if (this.#rooms.get(roomId)?.recent.isEmpty) this.#rooms.delete(roomId)
  }

  /** A room is being made; nobody follows it yet. */
  made(roomId: RoomId, epoch: string): void {
    const room = this.#use(roomId)
    if (room.epoch === '') Object.assign(room, { epoch, wasTold: false })
  }

  /**
   * Notes what this node has written itself: also what nobody ever hears of was acknowledged.
   * @param command `<member> <command>` and its kind
   * @returns whether that is not how the room was known: it is to be looked at
   */
  wrote(roomId: RoomId, entries: readonly Entry[], command?: readonly [string, string]): boolean {
    const room = this.#rooms.get(roomId)
    if (!room || entries.length === 0) return false
    const isAmiss = this.#take(room, { epoch: room.epoch, entries })
    if (command) room.recent.addDone(...command, entries, this.#now())
    return isAmiss
  }

  /** Notes what was heard. @returns as `wrote` */
  heard(roomId: RoomId, update: HeardEntries): boolean {
    const room = this.#rooms.get(roomId)
    if (!room) return false
    if (update.epoch === room.epoch) room.wasTold = true
    return this.#take(room, update)
  }

  /** Notes text that was heard, or that this node has written to a generation. */
  addText(roomId: RoomId, delta: Delta, generationId?: GenerationId): void {
    this.#rooms.get(roomId)?.recent.addText(delta, this.#now(), generationId)
  }

  /** Whether a room is known by this epoch. */
  isOf(roomId: RoomId, epoch: string): boolean {
    return this.#rooms.get(roomId)?.epoch === epoch
  }

  /** The room is gone for good. */
  removed(roomId: RoomId, epoch: string): void {
    this.#rooms.get(roomId)?.recent.clear()
    this.#removed.add(roomId, epoch, this.#now())
  }

  /** Tells the entry at an offset from any other, if it is the last one known here; else null. */
  fingerprintAt(roomId: RoomId, offset: number): string | null {
    const room = this.#rooms.get(roomId)
    return room?.offset === offset ? room.fingerprint : null
  }

  /** Whether something could be given to a room that has lost it. */
  remembers(roomId: RoomId): boolean {
    return this.#rooms.get(roomId)?.recent.isEmpty === false
  }

  /**
   * Looks where a room stands, and gives it what it has lost. A repair that fails is told of, and the room stands as it was found.
   * @throws Error of ioredis while the storage is away
   */
  async check(roomId: RoomId): Promise<Check> {
    const room = this.#rooms.get(roomId)
    if (!room) return { stand: await this.standOf(roomId, 0), isBack: false }
    let isBack = false
    for (let looks = 0; ; looks++) {
      const { epoch, offset, fingerprint } = room
      const [connection, links, asked] = [this.#connection, this.#links, this.#now()]
      const stand = await this.standOf(roomId, offset)
      const isGone = stand === null && room.connection !== connection
      const isLost = offset > 0 && stand?.epoch === epoch && stand.askedFingerprint !== fingerprint
      if ((isGone || isLost) && looks < MOST_LOOKS) {
        const repaired = await this.#repair(roomId, room, {
          epoch,
          offset,
          fingerprint,
          wasTold: true,
        })
        room.connection = connection
        if (repaired === 'failed') return { stand, isBack }
        isBack ||= repaired === 'back'
        continue
      }
      room.sureOf = links
      if (stand) {
        if (stand.epoch === room.epoch) room.wasTold = true
        notice(room, stand.epoch, stand)
      }
      const { owes } = room
      const paid =
        owes && (await this.#repair(roomId, room, { ...owes, offset: 0, fingerprint: '' }))
      room.connection = connection
      if (paid === 'failed') return { stand, isBack }
      if (room.owes === owes) room.owes = null
      room.recent.forgetBefore(asked - REMEMBER_MS)
      return { stand, isBack: isBack || paid === 'back' }
    }
  }

  /** The rooms that were removed here and that the storage has again. */
  async unremoved(): Promise<readonly RoomId[]> {
    const back = await Promise.all(
      this.#removed.ids.map(async (roomId) => {
        const asked = this.#now()
        const stand = await this.standOf(roomId, 0)
        return this.#removed.isBack(roomId, stand, asked) ? [roomId] : []
      }),
    )
    return back.flat()
  }

  clear(): void {
    this.#rooms.clear()
    this.#removed.clear()
  }

  /** Where a room stands. @param asked the offset whose fingerprint is wanted. Null: there is no such room. */
  async standOf(roomId: RoomId, asked: number): Promise<Stand | null> {
    const { connections, scripts, keys } = this.#options
    const names = [...keys.room(roomId), keys.generations(roomId)]
    const answer = (await connections.run(scripts.position, names, [asked])) as string[]
    return standIn(answer)
  }

  #use(roomId: RoomId): Remembered {
    const known = this.#rooms.get(roomId)
    if (known) return known
    const room: Remembered = {
      epoch: '',
      wasTold: true,
      offset: 0,
      fingerprint: '',
      recent: new Recent(),
      owes: null,
      connection: this.#connection,
      sureOf: this.#links,
    }
    this.#rooms.set(roomId, room)
    return room
  }

  /** @returns whether the room is to be looked at: it is another than the one that was known, and something is remembered of it */
  #take(room: Remembered, { epoch, entries }: HeardEntries): boolean {
    const { offset, recent } = room
    const [first] = entries
    // It stands in the place of what was known.
    const isOther =
      first !== undefined && first.offset <= offset && !recent.has(fingerprintOf(first))
    const isAmiss = room.epoch !== epoch || isOther
    recent.addEntries(entries, this.#now())
    if (isOther) room.sureOf = DOUBTED
    this.#goOn(room, epoch, lastOf(entries))
    return isAmiss && !recent.isEmpty
  }

  /** Moves on, unless it is not sure that this goes on from what was known. */
  #goOn(
    room: Remembered,
    epoch: string,
    entry: { readonly offset: number; readonly fingerprint: string } | undefined,
  ): void {
    const isSure = room.sureOf === this.#links || room.offset === 0
    if (isSure || room.epoch !== epoch) notice(room, epoch, entry)
  }

  /** One at a time for each room: whoever looks meanwhile waits for it. */
  async #repair(roomId: RoomId, room: Remembered, place: Place): Promise<RepairResult> {
    const underWay = this.#underWay.get(roomId) ?? this.#repairNow(roomId, room, place)
    this.#underWay.set(roomId, underWay)
    try {
      return await underWay
    } finally {
      if (this.#underWay.get(roomId) === underWay) this.#underWay.delete(roomId)
    }
  }

  async #repairNow(roomId: RoomId, room: Remembered, place: Place): Promise<RepairResult> {
    const { onLost, onReasserted, onRepairFailed } = this.#options
    try {
      const done = await this.#restoring.run(roomId, place, room.recent)
      if (!done) return 'sound'
      const { turned, written, missing } = done
      if (turned !== null) {
        onLost(roomId)
        // Where it stands in there is seen by the next look.
        Object.assign(room, { epoch: turned, offset: 0, fingerprint: '', owes: null })
      }
      if (written > 0 || (turned !== null && missing > 0)) onReasserted(roomId, written, missing)
      return turned !== null || written > 0 ? 'back' : 'sound'
    } catch (error) {
      // A storage that is away is nothing to tell of here: whoever looks finds that out.
      const isAway = scriptFault(error) === null && refusalOf(error) instanceof Refusal
      if (isAway && !(error instanceof RepairOutrun)) throw error
      onRepairFailed(roomId, error)
      return 'failed'
    }
  }

  #now(): number {
    return this.#options.clock.now()
  }
}
