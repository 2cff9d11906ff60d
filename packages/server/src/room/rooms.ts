// The rooms of this node: opened by the first who needs one, closed some time after the last watcher has left.
// Every call is checked against membership here; a room of others and no room look the same.
import type {
  Acknowledged,
  Entry,
  ErrorBody,
  GenerationId,
  InviteLook,
  Member,
  MemberId,
  Message,
  MessagesPage,
  OpenInvite,
  Position,
  RoomId,
  RoomSummary,
  SearchPage,
} from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { isInviteOpen, mayInvite, memberOf, openInvites } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import { AdmissionChanged, type RoomLog, type Started } from '../judge/room-log.ts'
import type { PresencePort } from '../presence/presence.ts'
import { type CommandOptions, perform, type RoomCommand, stopWithoutStorage } from './commands.ts'
import type { Connection, FanOut } from './connection.ts'
import { freeName, type Person } from './free-name.ts'
import { messagesBefore, pageAt, type PagePlace } from './message-pages.ts'
import { OpenRooms } from './open-rooms.ts'
import { Place } from './place.ts'
import { Room } from './room.ts'
import { searchBefore } from './search.ts'
import { atOnce, type InTurn, type Turns } from './turns.ts'

/** Those who are or were members of a room: all of them are in each whole room that is shown. */
const MOST_MEMBERS = 5000
/** Names told of those who are here to somebody who has an invite. */
const MOST_NAMED = 20

export interface RoomsOptions {
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly fanOut: FanOut
  readonly clock: Clock
  /** Where those who join wait for each other; without it nobody waits. */
  readonly turns?: Turns
  readonly newId: () => string
  readonly defaultModel: string
  /** @throws Refusal `model-unknown` for a model that cannot be asked, or not yet */
  readonly requireModel: (model: string) => void
  /** See CommandOptions. */
  readonly stopAsking: CommandOptions['stopAsking']
  /** Whether an answer that runs on this node knows somebody as a member: while the storage is away, its room may not be in memory. */
  readonly knowsMember: (roomId: RoomId, generationId: GenerationId, memberId: MemberId) => boolean
  readonly run: (started: Started) => void
  /** See CommandOptions. */
  readonly refuseNew: (by: MemberId) => ErrorBody | null
  readonly takePlace: (by: MemberId | null) => { release(): void } | null
  /** See RoomOptions. */
  readonly onCorrected?: (screens: number) => void
  readonly onError: (roomId: RoomId, error: unknown) => void
}

export class Rooms {
  readonly #options: RoomsOptions
  readonly #open: OpenRooms
  /** Why this node cannot save anything now, or null. */
  #trouble: ErrorBody | null = null

  constructor(options: RoomsOptions) {
    this.#options = options
    const { clock } = options
    this.#open = new OpenRooms({ clock, open: (roomId) => this.#openRoom(roomId) })
  }

  /** How many rooms are open on this node. */
  get size(): number {
    return this.#open.size
  }

  /** Notes why nothing can be saved (null: it can be again), and tells everybody who watches on this node. */
  storageIs(trouble: ErrorBody | null): void {
    this.#trouble = trouble
    this.#open.each((room) => room.storageIs(trouble))
  }

  /** Makes a room; `person` owns it. @throws Refusal `model-unknown`, `storage-unavailable` */
  async create(
    person: Person,
    settings: { title: string; model?: string | undefined; instructions: string },
  ): Promise<RoomSummary> {
    this.#requireStorage()
    const { log, newId, defaultModel, requireModel } = this.#options
    if (settings.model !== undefined) requireModel(settings.model)
    const { entries } = await log.createRoom({
      commandId: newId(),
      roomId: newId(),
      title: settings.title,
      model: settings.model ?? defaultModel,
      instructions: settings.instructions,
      owner: { memberId: person.memberId, name: person.name },
    })
    const created = entries.find((entry) => entry.type === 'room-created') as Extract<
      Entry,
      { type: 'room-created' }
    >
    return this.summary(person.memberId, created.roomId)
  }

  /**
   * Makes a person a member, or renames one; an owner stays owner. Where another member has the name, it gets a
   * number (free-name.ts). Whoever is a member already needs no invite.
   * @throws Refusal `room-not-found`, `invite-ended`, `removed`, `storage-unavailable`
   */
  async admit(roomId: RoomId, person: Person, inviteId?: string): Promise<RoomSummary> {
    this.#requireStorage()
    const room = await this.#open.use(roomId)
    const { log, newId } = this.#options
    const { memberId } = person
    for (;;) {
      const { members, offset: seen } = room.state
      if (room.isRemoved(memberId)) throw new Refusal('removed')
      if (!memberOf(room.state, memberId)) this.#requireOpen(room, inviteId)
      if (members.length >= MOST_MEMBERS && !members.some((one) => one.memberId === memberId))
        throw new Refusal('rate-limited', 'This room is full.')
      const role = memberOf(room.state, memberId)?.role ?? 'member'
      const name = freeName(person, members)
      try {
        await log.join(roomId, { memberId, name, role, seen, commandId: newId() })
        return await this.summary(memberId, roomId)
      } catch (error) {
        if (!(error instanceof AdmissionChanged)) throw error
        await room.reaches(error.offset)
        // This node does not hear of others any more, so it cannot tell which names are taken.
        if (room.state.offset < error.offset) throw new Refusal('storage-unavailable')
      }
    }
  }

  /**
   * The invite of a room: the newest that has half of its time before it, else a new one.
   * @param lifetimeMs for how long a new one holds
   * @throws Refusal `room-not-found`, `owner-only` where only the owner may invite, `storage-unavailable`
   */
  async invite(memberId: MemberId, roomId: RoomId, lifetimeMs: number): Promise<OpenInvite> {
    const { log, clock, newId } = this.#options
    const open = await this.invites(memberId, roomId)
    const now = clock.now()
    const known = open.findLast(({ until }) => until - now > lifetimeMs / 2)
    if (known) return known
    this.#requireStorage()
    const [commandId, inviteId, until] = [newId(), newId(), now + lifetimeMs]
    const invite = { type: 'invite', commandId, by: memberId, inviteId, until } as const
    const { entries } = await log.amend(roomId, invite)
    const [made] = entries
    const room = await this.#open.use(roomId)
    await room.reaches(made?.offset ?? 0)
    return { inviteId, by: memberId, at: made?.at ?? now, until }
  }

  /** The invites of a room that are open, oldest first. @throws Refusal `room-not-found`, `owner-only` */
  async invites(memberId: MemberId, roomId: RoomId): Promise<readonly OpenInvite[]> {
    const { state } = await this.#roomOf(memberId, roomId)
    if (!mayInvite(state, memberId)) throw new Refusal('owner-only')
    return openInvites(state, this.#options.clock.now())
  }

  /** Ends the invites of a room, all of them. @throws Refusal `room-not-found`, `owner-only`, `storage-unavailable` */
  async endInvites(memberId: MemberId, roomId: RoomId): Promise<void> {
    this.#requireStorage()
    const { log, newId } = this.#options
    const room = await this.#roomOf(memberId, roomId)
    const ending = { type: 'end-invites', commandId: newId(), by: memberId } as const
    const { entries } = await log.amend(roomId, ending)
    await room.reaches(entries[0]?.offset ?? 0)
  }

  /** What somebody who is no member may know with an invite. @throws Refusal `room-not-found`, `invite-ended` */
  async previewInvite(roomId: RoomId, inviteId?: string): Promise<InviteLook> {
    const room = await this.#inReach(roomId)
    this.#requireOpen(room, inviteId)
    await this.#options.presence.known(roomId)
    const { title, running } = room.state
    const here = room.present.flatMap(({ memberId }) => memberOf(room.state, memberId)?.name ?? [])
    return { title, here: here.slice(0, MOST_NAMED), running: running !== null }
  }

  list(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#options.log.roomsOf(memberId)
  }

  /** @throws Refusal `room-not-found` */
  async summary(memberId: MemberId, roomId: RoomId): Promise<RoomSummary> {
    const rooms = await this.#options.log.roomsOf(memberId)
    const found = rooms.find((room) => room.roomId === roomId)
    if (!found) throw new Refusal('room-not-found')
    return found
  }

  /** A page of messages, see `pageAt`. @throws Refusal `room-not-found` */
  async page(
    memberId: MemberId,
    roomId: RoomId,
    place: PagePlace,
    limit: number,
    inTurn = atOnce,
  ): Promise<MessagesPage> {
    const { state } = await this.#roomOf(memberId, roomId)
    const log = this.#logInTurn(inTurn)
    const lastMessage = state.messages.at(-1)?.offset ?? 0
    return pageAt({ log, roomId, lastOffset: state.offset, lastMessage }, place, limit)
  }

  /** Looks for words in messages before an offset, see `searchBefore`. @throws Refusal `room-not-found` */
  async search(
    memberId: MemberId,
    roomId: RoomId,
    query: string,
    before: number | undefined,
    inTurn = atOnce,
  ): Promise<SearchPage> {
    await this.requireMember(memberId, roomId)
    return searchBefore(this.#options.log, roomId, query, before, inTurn)
  }

  /** The whole talk, oldest first, read in pages while it is taken. @throws Refusal `room-not-found` */
  async transcript(
    memberId: MemberId,
    roomId: RoomId,
    inTurn = atOnce,
  ): Promise<{ title: string; members: readonly Member[]; messages: AsyncIterable<Message> }> {
    const { state } = await this.#roomOf(memberId, roomId)
    const { title, members, offset } = state
    const messages = messagesBefore(this.#logInTurn(inTurn), roomId, offset + 1, () =>
      // Whoever is removed meanwhile gets nothing more, however slowly they take it.
      this.requireMember(memberId, roomId),
    )
    return { title, members, messages }
  }

  /** Removes a room for good; only its owner may. @throws Refusal `room-not-found`, `not-yours`, `storage-unavailable` */
  async remove(memberId: MemberId, roomId: RoomId): Promise<void> {
    this.#requireStorage()
    const room = await this.#roomOf(memberId, roomId)
    if (memberOf(room.state, memberId)?.role !== 'owner')
      throw new Refusal('not-yours', 'Only the owner can delete a room.')
    await this.#options.log.deleteRoom(roomId)
  }

  /** Opens nothing. @throws Refusal `room-not-found`, `removed` for whoever is no member */
  async requireMember(memberId: MemberId, roomId: RoomId): Promise<void> {
    await this.#inMemory(memberId, roomId)
  }

  /** A place for a connection, in no room yet. */
  placeOf(connection: Connection): Place {
    return new Place(connection, this)
  }

  /**
   * Shows a room to a connection. @throws Refusal `room-not-found`, `removed`, `storage-unavailable`, `rate-limited`
   * @param onMember called when its member is known to be one, and before the room is opened
   */
  async join(
    connection: Connection,
    roomId: RoomId,
    since: Position | undefined,
    onMember: () => void = () => undefined,
  ): Promise<Room> {
    const { memberId, address = '' } = connection
    const inTurn = this.#options.turns?.of({ memberId, address }) ?? atOnce
    for (;;) {
      // The one check. It opens nothing and takes no turn, so that whoever is refused costs little.
      await this.requireMember(memberId, roomId)
      onMember()
      const room = await inTurn(() => this.#inReach(roomId))
      // Whoever comes from another node may know more than this one has heard of yet.
      const mayCome = since?.epoch === room.state.epoch && !this.#isAway
      if (mayCome) await room.reaches(since.offset)
      const isBeyond = mayCome && (room.isElsewhere(since) || (await room.lacks(since)))
      const isShown = await inTurn(async () => {
        // Whoever was removed since the check is known as gone here, or will be: then the room puts them out. Whom it
        // knows as gone may be back, which the log knows first: that holds if the room has heard nothing new meanwhile.
        let askedAt = -1
        while (room.isGone(memberId) && askedAt !== room.state.offset) {
          askedAt = room.state.offset
          await this.#roomOf(memberId, roomId)
        }
        return room.join(connection, since, isBeyond)
      })
      // It may have closed in this very moment, having lingered long enough: then the next one is opened.
      if (!isShown) continue
      this.#open.stay(roomId)
      return room
    }
  }

  leave(connection: Connection, room: Room): void {
    room.leave(connection)
    this.#open.linger(room.state.roomId)
  }

  /** Does a command of a member. @throws Refusal; then nothing has changed */
  async perform(memberId: MemberId, command: RoomCommand): Promise<Acknowledged> {
    // It would be tried for seconds, and perhaps be done after its sender has given it up.
    if (this.#isAway && command.type !== 'typing') {
      // Whatever becomes of the stop, nothing more is paid for.
      if (command.type === 'cancel') {
        const { roomId, generationId } = command
        // The room knows better than the answer, where it is in memory.
        const isKnown =
          !this.#open.has(roomId) && this.#options.knowsMember(roomId, generationId, memberId)
        if (!isKnown) await this.#roomOf(memberId, roomId)
        stopWithoutStorage(this.#options, memberId, command)
      }
      throw new Refusal('storage-unavailable')
    }
    // Whoever asks again to leave is told by the log that it is done.
    const leaves = command.type === 'remove' && command.memberId === memberId
    let room = await this.#inMemory(memberId, command.roomId, leaves)
    // Only a room knows all who may be mentioned; everything else the judge decides by itself.
    if ('mentions' in command && command.mentions?.length)
      room ??= await this.#inReach(command.roomId)
    // Where nobody watches on this node there is nobody to be shown it first.
    const shown = (offset: number) => room?.reaches(offset) ?? Promise.resolve()
    const isMember = (id: MemberId) => room?.isMember(id) ?? false
    return perform({ ...this.#options, shown, isMember }, memberId, command)
  }

  close(): Promise<void> {
    return this.#open.close()
  }

  #requireOpen(room: Room, inviteId: string | undefined): void {
    const isOpen = isInviteOpen(room.state, inviteId, this.#options.clock.now())
    if (!isOpen) throw new Refusal('invite-ended')
  }

  /** What would be tried for seconds is refused at once. @throws Refusal `storage-unavailable` */
  #requireStorage(): void {
    if (this.#isAway) throw new Refusal('storage-unavailable')
  }

  get #isAway(): boolean {
    return this.#trouble?.code === 'storage-unavailable'
  }

  /** The open room; one that is not in memory is not waited for while the storage is away. */
  async #inReach(roomId: RoomId): Promise<Room> {
    if (!this.#open.has(roomId)) this.#requireStorage()
    return this.#open.use(roomId)
  }

  /**
   * Makes sure that somebody is a member, without opening the room: whoever only says that they write, or is refused, costs no memory.
   * @returns the room where it is open, else null
   */
  async #inMemory(memberId: MemberId, roomId: RoomId, evenIfGone = false): Promise<Room | null> {
    if (this.#open.has(roomId)) return this.#roomOf(memberId, roomId, evenIfGone)
    this.#requireStorage()
    const { log } = this.#options
    if (await log.isMember(roomId, memberId)) return null
    const isGone = await log.isGone(roomId, memberId)
    if (isGone && evenIfGone) return null
    throw new Refusal(isGone ? 'removed' : 'room-not-found')
  }

  /** @param evenIfGone also for somebody who was a member once */
  async #roomOf(memberId: MemberId, roomId: RoomId, evenIfGone = false): Promise<Room> {
    const room = await this.#inReach(roomId)
    if (room.isMember(memberId) || (evenIfGone && room.isGone(memberId))) return room
    this.#requireStorage()
    // The log knows first: whoever was admitted a moment ago, perhaps on another node, is a member already.
    if (await this.#options.log.isMember(roomId, memberId)) return room
    throw new Refusal(room.isGone(memberId) ? 'removed' : 'room-not-found')
  }

  async #openRoom(roomId: RoomId): Promise<Room> {
    const { log, presence, fanOut, clock, onError, onCorrected } = this.#options
    const room = await Room.open({
      roomId,
      log,
      presence,
      fanOut,
      clock,
      onDeleted: () => this.#open.forget(roomId),
      onError: (error) => onError(roomId, error),
      ...(onCorrected ? { onCorrected } : {}),
    })
    room.storageIs(this.#trouble)
    return room
  }

  /** The log, each page of which is read when it is its reader's turn. */
  #logInTurn(inTurn: InTurn): Pick<RoomLog, 'page'> {
    const { log } = this.#options
    return { page: (...place) => inTurn(() => log.page(...place)) }
  }
}
