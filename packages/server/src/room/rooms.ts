// The rooms of this node: a room opens on first use and closes some time after its last watcher has left.
// Every call is checked against membership here; a room of others and a missing room get the same answer.
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

/** Limit on current and former members of a room: every snapshot contains all of them. */
const MOST_MEMBERS = 5000
/** Limit on the names of present members that an invite shows. */
const MOST_NAMED = 20

export interface RoomsOptions {
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly fanOut: FanOut
  readonly clock: Clock
  /** The queue for expensive reads; without it nobody waits. */
  readonly turns?: Turns
  readonly newId: () => string
  readonly defaultModel: string
  /** @throws Refusal `model-unknown` for a model that cannot be used, or not yet */
  readonly requireModel: (model: string) => void
  /** See CommandOptions. */
  readonly stopAsking: CommandOptions['stopAsking']
  /**
   * Whether an answer running on this node knows this member: while the storage is away, its room may not be in memory.
   */
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
  /** Why this node cannot save anything, or null. */
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

  /** Records why the storage cannot save (null: it can again), and tells everybody who watches on this node. */
  storageIs(trouble: ErrorBody | null): void {
    this.#trouble = trouble
    this.#open.each((room) => room.storageIs(trouble))
  }

  /** Creates a room owned by `person`. @throws Refusal `model-unknown`, `storage-unavailable` */
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
   * Makes a person a member, or renames a member; an owner stays owner. If another member has the name, it gets a
   * number (free-name.ts). A current member needs no invite.
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
        // This node no longer receives the room's entries, so it cannot tell which names are taken.
        if (room.state.offset < error.offset) throw new Refusal('storage-unavailable')
      }
    }
  }

  /**
   * The room's newest invite with at least half of its lifetime left, or else a new invite.
   * @param lifetimeMs how long a new invite is valid
   * @throws Refusal `room-not-found`, `owner-only` if only the owner may invite, `storage-unavailable`
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

  /** The open invites of a room, oldest first. @throws Refusal `room-not-found`, `owner-only` */
  async invites(memberId: MemberId, roomId: RoomId): Promise<readonly OpenInvite[]> {
    const { state } = await this.#roomOf(memberId, roomId)
    if (!mayInvite(state, memberId)) throw new Refusal('owner-only')
    return openInvites(state, this.#options.clock.now())
  }

  /** Ends all invites of a room. @throws Refusal `room-not-found`, `owner-only`, `storage-unavailable` */
  async endInvites(memberId: MemberId, roomId: RoomId): Promise<void> {
    this.#requireStorage()
    const { log, newId } = this.#options
    const room = await this.#roomOf(memberId, roomId)
    const ending = { type: 'end-invites', commandId: newId(), by: memberId } as const
    const { entries } = await log.amend(roomId, ending)
    await room.reaches(entries[0]?.offset ?? 0)
  }

  /**
   * The preview that an invite shows to a person who is not a member.
   * @throws Refusal `room-not-found`, `invite-ended`
   */
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

  /** The whole conversation, oldest first, read page by page as it is consumed. @throws Refusal `room-not-found` */
  async transcript(
    memberId: MemberId,
    roomId: RoomId,
    inTurn = atOnce,
  ): Promise<{ title: string; members: readonly Member[]; messages: AsyncIterable<Message> }> {
    const { state } = await this.#roomOf(memberId, roomId)
    const { title, members, offset } = state
    const messages = messagesBefore(this.#logInTurn(inTurn), roomId, offset + 1, () =>
      // A member who is removed meanwhile gets nothing more, however slowly they read.
      this.requireMember(memberId, roomId),
    )
    return { title, members, messages }
  }

  /**
   * Deletes a room for good; only its owner may.
   * @throws Refusal `room-not-found`, `not-yours`, `storage-unavailable`
   */
  async remove(memberId: MemberId, roomId: RoomId): Promise<void> {
    this.#requireStorage()
    const room = await this.#roomOf(memberId, roomId)
    if (memberOf(room.state, memberId)?.role !== 'owner')
      throw new Refusal('not-yours', 'Only the owner can delete a room.')
    await this.#options.log.deleteRoom(roomId)
  }

  /** Checks membership without opening the room. @throws Refusal `room-not-found`, `removed` if this is no member */
  async requireMember(memberId: MemberId, roomId: RoomId): Promise<void> {
    await this.#inMemory(memberId, roomId)
  }

  /** A place for a connection that is in no room yet. */
  placeOf(connection: Connection): Place {
    return new Place(connection, this)
  }

  /**
   * Shows a room to a connection. @throws Refusal `room-not-found`, `removed`, `storage-unavailable`, `rate-limited`
   * @param onMember called once membership is confirmed, before the room is opened
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
      // The only membership check. It opens nothing and waits for no turn, so a refused caller costs little.
      await this.requireMember(memberId, roomId)
      onMember()
      const room = await inTurn(() => this.#inReach(roomId))
      // A client that comes from another node may know entries that this node has not received yet.
      const mayCome = since?.epoch === room.state.epoch && !this.#isAway
      if (mayCome) await room.reaches(since.offset)
      const isBeyond = mayCome && (room.isElsewhere(since) || (await room.lacks(since)))
      const isShown = await inTurn(async () => {
        // A member who was removed since the check is, or soon will be, known here as gone; the room then sends them
        // out.
        // A member known here as gone may have rejoined, which the log knows first: so ask the log, and trust its
        // answer if
        // the room has received no entry meanwhile.
        let askedAt = -1
        while (room.isGone(memberId) && askedAt !== room.state.offset) {
          askedAt = room.state.offset
          await this.#roomOf(memberId, roomId)
        }
        return room.join(connection, since, isBeyond)
      })
      // The room may have closed at this very moment, at the end of its lingering: then open it again.
      if (!isShown) continue
      this.#open.stay(roomId)
      return room
    }
  }

  leave(connection: Connection, room: Room): void {
    room.leave(connection)
    this.#open.linger(room.state.roomId)
  }

  /** Performs a member's command. @throws Refusal; then nothing has changed */
  async perform(memberId: MemberId, command: RoomCommand): Promise<Acknowledged> {
    // The storage would retry for seconds, and the command might be done after its sender has given up.
    if (this.#isAway && command.type !== 'typing') {
      // Whatever becomes of the stop, nothing more is paid for.
      if (command.type === 'cancel') {
        const { roomId, generationId } = command
        // A room in memory knows its members better than the running answer does.
        const isKnown =
          !this.#open.has(roomId) && this.#options.knowsMember(roomId, generationId, memberId)
        if (!isKnown) await this.#roomOf(memberId, roomId)
        stopWithoutStorage(this.#options, memberId, command)
      }
      throw new Refusal('storage-unavailable')
    }
    // For a member who leaves twice, the log answers that it is done.
    const leaves = command.type === 'remove' && command.memberId === memberId
    let room = await this.#inMemory(memberId, command.roomId, leaves)
    // Only a Room knows whether mentioned people are members; the judge decides everything else by itself.
    if ('mentions' in command && command.mentions?.length)
      room ??= await this.#inReach(command.roomId)
    // If the room is not open on this node, nobody here waits to see the entry.
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

  /** Refuses at once a write that would otherwise be retried for seconds. @throws Refusal `storage-unavailable` */
  #requireStorage(): void {
    if (this.#isAway) throw new Refusal('storage-unavailable')
  }

  get #isAway(): boolean {
    return this.#trouble?.code === 'storage-unavailable'
  }

  /** The room, opened if necessary; while the storage is away, a room that is not open is refused at once. */
  async #inReach(roomId: RoomId): Promise<Room> {
    if (!this.#open.has(roomId)) this.#requireStorage()
    return this.#open.use(roomId)
  }

  /**
   * Checks membership without opening the room, so that a typing notice or a refused call costs no memory.
   * @returns the room if it is open, else null
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

  /** @param evenIfGone also accept a former member */
  async #roomOf(memberId: MemberId, roomId: RoomId, evenIfGone = false): Promise<Room> {
    const room = await this.#inReach(roomId)
    if (room.isMember(memberId) || (evenIfGone && room.isGone(memberId))) return room
    this.#requireStorage()
    // The log knows first: a member admitted a moment ago, perhaps on another node, may not be known here yet.
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

  /** The log, with each page read in the reader's turn. */
  #logInTurn(inTurn: InTurn): Pick<RoomLog, 'page'> {
    const { log } = this.#options
    return { page: (...place) => inTurn(() => log.page(...place)) }
  }
}
