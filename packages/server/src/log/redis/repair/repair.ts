// Remembers the last seconds of this node's rooms, and checks whether the storage still has them.
//
// If the storage has lost its tail (a failover), the tail is restored: the room gets a new epoch, so that everyone takes a
// snapshot, and in the same step the entries that this node knows (restoring.ts). Other nodes add the entries that only
// they know.
import type { Delta, Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { refusalOf, scriptFault } from '../../../redis/refusals.ts'
import { fingerprintOf } from '../../fingerprint.ts'
import { Recent } from './recent.ts'
import { lastOf, notice, type Remembered, type Stand, standIn } from './remembered.ts'
import { RemovedRooms } from './removed-rooms.ts'
import { type Place, RepairOutrun, Restoring, type RestoringOptions } from './restoring.ts'

/** How long writes are remembered while the storage is reachable, ms. */
const REMEMBER_MS = 10_000
/** How often one check is repeated because something was lost. */
const MOST_LOOKS = 5
/** Stands for no links at all: nothing is confirmed. */
const DOUBTED = -1

export interface RepairOptions extends RestoringOptions {
  readonly clock: Clock
  /** Called when the storage has lost known entries. The room now has a new epoch. */
  readonly onLost: (roomId: RoomId) => void
  /** Receives how many entries were restored, and how many no longer had a place. */
  readonly onReasserted: (roomId: RoomId, written: number, missing: number) => void
  /** Receives the error when lost entries of a room could not be restored. The next check tries again. */
  readonly onRepairFailed: (roomId: RoomId, error: unknown) => void
}

/** Entries that were heard. Entries of a later version are only passed on. */
export interface HeardEntries {
  readonly epoch: string
  readonly entries: readonly Entry[]
}

/** The result of a check. `stand`: null if there is no such room; `isBack`: whether lost entries or commands were restored. */
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
  /** Counts connections for commands: a whole room can be lost only with a new connection. */
  #connection = 0
  /**
   * Counts connections of both kinds. Updates on a new connection may belong to another history than the one known here, so
   * they advance the known position only after a check has confirmed it.
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

  /** The rooms that are followed or of which something is remembered. */
  get ids(): readonly RoomId[] {
    return [...this.#rooms.keys()]
  }

  /** Remembers updates of a room from now on. @param stand its position, if known */
  watch(roomId: RoomId, stand?: Stand): void {
    const room = this.#use(roomId)
    if (stand) this.#goOn(room, stand.epoch, stand)
  }

  /** The room has no followers any more: it is forgotten unless something of it is remembered. */
  letGo(roomId: RoomId): void {
    if (this.#rooms.get(roomId)?.recent.isEmpty) this.#rooms.delete(roomId)
  }

  /** A room is being created; it has no followers yet. */
  made(roomId: RoomId, epoch: string): void {
    const room = this.#use(roomId)
    if (room.epoch === '') Object.assign(room, { epoch, wasTold: false })
  }

  /**
   * Remembers entries that this node has written: they were acknowledged even if they are never heard.
   * @param command `<member> <command>` and its kind
   * @returns whether the entries contradict the known room, so that it must be checked
   */
  wrote(roomId: RoomId, entries: readonly Entry[], command?: readonly [string, string]): boolean {
    const room = this.#rooms.get(roomId)
    if (!room || entries.length === 0) return false
    const isAmiss = this.#take(room, { epoch: room.epoch, entries })
    if (command) room.recent.addDone(...command, entries, this.#now())
    return isAmiss
  }

  /** Remembers entries that were heard. @returns see `wrote` */
  heard(roomId: RoomId, update: HeardEntries): boolean {
    const room = this.#rooms.get(roomId)
    if (!room) return false
    if (update.epoch === room.epoch) room.wasTold = true
    return this.#take(room, update)
  }

  /** Remembers text that was heard, or that this node has written to a generation. */
  addText(roomId: RoomId, delta: Delta, generationId?: GenerationId): void {
    this.#rooms.get(roomId)?.recent.addText(delta, this.#now(), generationId)
  }

  /** Whether this is the known epoch of the room. */
  isOf(roomId: RoomId, epoch: string): boolean {
    return this.#rooms.get(roomId)?.epoch === epoch
  }

  /** The room was deleted. */
  removed(roomId: RoomId, epoch: string): void {
    this.#rooms.get(roomId)?.recent.clear()
    this.#removed.add(roomId, epoch, this.#now())
  }

  /** The fingerprint of the entry at an offset, if that is the last entry known here; else null. */
  fingerprintAt(roomId: RoomId, offset: number): string | null {
    const room = this.#rooms.get(roomId)
    return room?.offset === offset ? room.fingerprint : null
  }

  /** Whether anything is remembered that a room could get back after a loss. */
  remembers(roomId: RoomId): boolean {
    return this.#rooms.get(roomId)?.recent.isEmpty === false
  }

  /**
   * Checks the position of a room and restores lost entries. A failed repair is reported, and `stand` is then as it was found.
   * @throws Error of ioredis while the storage is unreachable
   */
  async check(roomId: RoomId): Promise<Check> {
    const room = this.#rooms.get(roomId)
    if (!room) return { stand: await this.standOf(roomId, 0), isBack: false }
    // It may bring back what the caller has just missed.
    const underWay = this.#underWay.get(roomId)
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
      isBack ||= paid === 'back' || (await underWay) === 'back'
      return { stand, isBack }
    }
  }

  /** The rooms that were deleted here and have come back in the storage. */
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

  /** The position of a room; null: there is no such room. @param asked the offset whose fingerprint is wanted */
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

  /** @returns whether the room must be checked: the entries contradict the known room, and something of it is remembered */
  #take(room: Remembered, { epoch, entries }: HeardEntries): boolean {
    const { offset, recent } = room
    const [first] = entries
    // The entry has the offset of another entry that was known.
    const isOther =
      first !== undefined && first.offset <= offset && !recent.has(fingerprintOf(first))
    const isAmiss = room.epoch !== epoch || isOther
    recent.addEntries(entries, this.#now())
    if (isOther) room.sureOf = DOUBTED
    this.#goOn(room, epoch, lastOf(entries))
    return isAmiss && !recent.isEmpty
  }

  /** Advances the known position, if the update certainly continues the known history or has another epoch. */
  #goOn(
    room: Remembered,
    epoch: string,
    entry: { readonly offset: number; readonly fingerprint: string } | undefined,
  ): void {
    const isSure = room.sureOf === this.#links || room.offset === 0
    if (isSure || room.epoch !== epoch) notice(room, epoch, entry)
  }

  /** Runs one repair of a room at a time; concurrent checks wait for it. */
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
      const { turned, written, missing, commands } = done
      if (turned !== null) {
        onLost(roomId)
        // The next check reads the position in the new epoch.
        Object.assign(room, { epoch: turned, offset: 0, fingerprint: '', owes: null })
      }
      if (written > 0 || (turned !== null && missing > 0)) onReasserted(roomId, written, missing)
      return turned !== null || written > 0 || commands > 0 ? 'back' : 'sound'
    } catch (error) {
      // An unreachable storage is not reported as a failed repair: the check itself fails.
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
