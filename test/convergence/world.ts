// A whole server and its members in one process: the real rooms, log, presence, generations and clients. Only network,
// clock, randomness and Claude are simulated. Violations are recorded; the first one counts.
import type { CommandResult } from '@roomcast/shared/protocol'
import { errorBody, Refusal } from '@roomcast/shared/protocol'
import { type Intent, RoomClient } from '@roomcast/client/room/room-client.ts'
import { Generations } from '@roomcast/server/generation/generations.ts'
import type { LogUpdate, RoomLog } from '@roomcast/server/judge/room-log.ts'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { MemoryPresence } from '@roomcast/server/presence/memory-presence.ts'
import { Rooms } from '@roomcast/server/room/rooms.ts'
import { Chance } from '../doubles/chance.ts'
import { DistantLog } from '../doubles/distant-log.ts'
import { ScriptedClaude } from '../doubles/scripted-claude.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { SimulatedGateway } from '../doubles/gateway.ts'
import { SimulatedLink } from '../doubles/link.ts'
import { Tally } from '../support/tally.ts'
import type { Scene } from './acts.ts'
import { someAnswer, someText } from './answers.ts'
import { judge, type Sent } from './judge.ts'
import { Screen } from './screen.ts'
import { Truth } from './truth.ts'
import type { Report, Violation } from './violation.ts'

export const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
export type Name = (typeof NAMES)[number]

/** One page that a member has open. */
export interface Seat {
  readonly name: Name
  readonly client: RoomClient
  readonly link: SimulatedLink
}

/** A pause for commands in flight when the server shuts down, ms. */
const UNDER_WAY_MS = 300
/** The time needed to end the answers that are still running when the server's patience is over, ms. */
const ENDING_MS = 500
/** The request to Claude is closed within this time after a stop: the time for news from the log, ms. */
const CLOSED_MS = 50

export class World implements Scene<Seat> {
  readonly clock: SimulatedClock
  readonly tally = new Tally()
  readonly log: DistantLog
  readonly presence: MemoryPresence
  readonly gateway: SimulatedGateway
  readonly claude: ScriptedClaude
  readonly rooms: Rooms
  readonly truth: Truth
  readonly seats: Seat[] = []
  /** The members who may open pages. */
  readonly members: Name[] = []
  /** Pages of removed members, with the last offset that they may show. */
  readonly expelled: { readonly seat: Seat; readonly most: number }[] = []
  /** The number of people invited, counted from the first of NAMES. */
  invited = 1
  readonly sent: Sent[] = []
  violation: Violation | null = null
  readonly report: Report
  readonly #seed: number
  readonly #near: RoomLog
  #generations: Generations
  #restarting = false
  #seatCount = 0
  #ids = 0

  /** Makes the world of a seed: a room of alice with her in it. */
  static async make(seed: number): Promise<World> {
    const clock = new SimulatedClock()
    let ids = 0
    const near = await openSqliteRoomLog({
      path: ':memory:',
      clock,
      newId: () => `epoch-${(ids += 1)}`,
    })
    const world = new World(seed, clock, near)
    await near.createRoom({
      commandId: 'create',
      roomId: world.roomId,
      title: 'Everybody',
      model: 'claude',
      instructions: '',
      owner: { memberId: 'alice', name: 'alice' },
    })
    world.truth.begin(await near.read(world.roomId))
    await near.follow(world.roomId, (update) => world.#hear(update))
    world.members.push('alice')
    world.gateway.open(world.rooms)
    world.sit('alice')
    return world
  }

  private constructor(seed: number, clock: SimulatedClock, near: RoomLog) {
    this.clock = clock
    this.#seed = seed
    this.#near = near
    this.report = (rule, message) => void (this.violation ??= { rule, message })
    this.truth = new Truth('room', this.report)
    const distance = new Chance(seed * 31 + 7)
    const far = seed % 2 === 0 ? 1 : 30
    this.log = new DistantLog({ log: near, clock, distance: () => distance.below(far) })
    this.presence = new MemoryPresence(clock)
    this.gateway = new SimulatedGateway({
      clock,
      tally: this.tally,
      onError: (command, error) => this.report('R4', `${command} failed: ${String(error)}`),
    })
    this.claude = new ScriptedClaude(clock, (asked) =>
      someAnswer(new Chance(seed * 1009 + asked.number), asked),
    )
    this.#generations = this.#newGenerations()
    this.rooms = new Rooms({
      log: this.log,
      presence: this.presence,
      fanOut: this.gateway,
      clock,
      newId: () => this.newId(),
      defaultModel: 'claude',
      stopAsking: () => false,
      knowsMember: () => false,
      requireModel: () => undefined,
      run: (started) => this.#generations.run(started),
      refuseNew: () => (this.#restarting ? errorBody('shutting-down') : null),
      takePlace: () => ({ release: () => undefined }),
      onError: (_, error) => {
        const isAway = error instanceof Refusal && error.body.code === 'storage-unavailable'
        if (!isAway) this.report('R1', `the room could not be read: ${String(error)}`)
      },
    })
  }

  get roomId(): string {
    return this.truth.roomId
  }

  get generations(): number {
    return this.#generations.size
  }

  get restarting(): boolean {
    return this.#restarting
  }

  /** Reads the room from the log itself, starting at its checkpoint. */
  read(): ReturnType<RoomLog['read']> {
    return this.#near.read(this.roomId)
  }

  newId(): string {
    return `id-${(this.#ids += 1)}`
  }

  /** Opens another page of a member. */
  sit(name: Name): Seat {
    const number = (this.#seatCount += 1)
    const link = this.linkOf(name, number)
    const { clock } = this
    let ids = 0
    const newId = () => `${name}-${number}-${(ids += 1)}`
    const client = new RoomClient({ roomId: this.roomId, transport: link, clock, newId })
    const screen = new Screen(`${name} (${number})`, this.truth, this.report)
    client.subscribe((view) => screen.look(view))
    const seat = { name, client, link }
    this.seats.push(seat)
    client.open()
    return seat
  }

  /** A link without a client. */
  linkOf(memberId: string, number: number): SimulatedLink {
    const { clock, gateway, tally } = this
    const chance = new Chance(this.#seed * 7919 + number)
    return new SimulatedLink({ memberId, gateway, clock, tally, chance })
  }

  leave(seat: Seat): void {
    this.seats.splice(this.seats.indexOf(seat), 1)
    const { rejoined, snapshots, tails } = seat.client.repairs
    const isFaultless = seat.link.isFaithful && this.tally.of('storage away') === 0
    if (isFaultless && rejoined > 0)
      this.report('R1', `${seat.name} had to read again ${rejoined} times without a fault`)
    this.tally.count('re-read by a client', rejoined)
    this.tally.count('snapshot', snapshots)
    this.tally.count('tail', tails)
    seat.client.close()
  }

  /** The owner removes a member: all the member's pages must close, and see nothing afterwards. */
  async expel(name: Name): Promise<void> {
    const { roomId, clock } = this
    const command = { type: 'remove', roomId, commandId: this.newId(), memberId: name } as const
    // ignored because: storage is away, and nobody is removed
    const done = await this.rooms.perform('alice', command).catch(() => null)
    if (!done) return
    this.members.splice(this.members.indexOf(name), 1)
    const most = this.truth.entries.findLastIndex(({ type }) => type === 'member-left')
    // Pages opened meanwhile are refused as well.
    await new Promise<void>((resolve) => void clock.after(UNDER_WAY_MS, resolve))
    for (const seat of this.seats.filter((one) => one.name === name)) {
      this.seats.splice(this.seats.indexOf(seat), 1)
      this.expelled.push({ seat, most })
    }
  }

  words(act: 'ask' | 'say' | 'quick', b: number): string {
    if (act === 'quick') return `quick ${this.newId()}`
    return `post ${this.newId()} ${someText(new Chance(b), b % 5)}`
  }

  send(seat: Seat, intent: Intent): Promise<CommandResult> {
    const sent: Sent = { by: seat.name, intent, result: null }
    this.sent.push(sent)
    return seat.client.send(intent).then((result) => {
      // A member who leaves does not learn the outcome.
      const left = !result.ok && result.error.code === 'room-left'
      if (!left) sent.result = result
      judge(this, seat.name, intent, result)
      return result
    })
  }

  /** Shuts down and starts a new server, as in an update; the rooms stay. */
  async restart(patienceMs: number): Promise<void> {
    if (this.#restarting || this.log.isAway) return
    this.#restarting = true
    this.tally.count('restart')
    const old = this.#generations
    await new Promise<void>((resolve) => void this.clock.after(UNDER_WAY_MS, resolve))
    const began = this.clock.now()
    await old.drain(patienceMs)
    const took = this.clock.now() - began
    if (took > patienceMs + ENDING_MS) this.report('quiet', `going down took ${took} ms`)
    this.#generations = this.#newGenerations()
    for (const started of await this.log.recover(() => this.newId())) this.#generations.run(started)
    this.#restarting = false
  }

  async close(): Promise<void> {
    this.gateway.close()
    await this.#near.close()
  }

  #hear(update: LogUpdate): void {
    this.truth.hear(update)
    if (!('type' in update) || update.type !== 'entries') return
    const isStopped = (entry: (typeof update.entries)[number]) =>
      entry.type === 'generation-ended' && 'outcome' in entry && entry.outcome === 'cancelled'
    if (update.entries.some(isStopped)) this.#expectClosed()
  }

  /** The request to Claude of a stopped answer is closed. */
  #expectClosed(): void {
    const open = this.claude.asked.filter(({ over }) => !over)
    const wasAway = this.tally.of('storage away') > 0
    if (open.length === 0 || wasAway) return
    this.clock.after(CLOSED_MS, () => {
      if (open.some(({ over }) => !over))
        this.report('R3', 'the request of a stopped answer is open')
    })
  }

  #newGenerations(): Generations {
    const chance = new Chance(this.#seed + 13)
    return new Generations({
      log: this.log,
      claude: this.claude,
      clock: this.clock,
      newId: () => this.newId(),
      chance: () => chance.below(1000) / 1000,
      limits: { firstEventMs: 8000, silenceMs: 5000, answerMs: 30_000 },
      maxTokens: 1000,
      promptTokens: 20_000,
      thinking: false,
      models: () => [],
      hold: () => () => undefined,
      mayGoOn: () => true,
      onAsk: () => undefined,
      onFinished: () => undefined,
      onError: (_, error) => this.report('R2', `a generation could not be ended: ${String(error)}`),
    })
  }
}
