// A room on real nodes and its members: pages open on different nodes, some over a connection that can be cut and led
// to another node. Records every state that any page shows, and every command with its answer.
import type { Redis } from 'ioredis'
import type { CommandResult, RoomState } from '@roomcast/shared/protocol'
import type { Intent, RoomClient, RoomView } from '@roomcast/client/room/room-client.ts'
import { Chance } from '../../doubles/chance.ts'
import type { Deployment } from '../../support/deployment.ts'
import type { Person } from '../../support/person.ts'
import type { Tally } from '../../support/tally.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'
import type { Scene } from '../acts.ts'
import { someText } from '../answers.ts'
import type { Sent } from '../judge.ts'
import { readStored, restlessness } from './stored.ts'
import type { RoomRecord, Shown } from './record.ts'

/** A page that a member has open on a node. */
export interface NodeSeat {
  readonly person: Person
  readonly client: RoomClient
  readonly name: string
  /** The states shown so far. */
  readonly states: RoomState[]
  /** The connection to its node, the only one; null if it cannot be cut. */
  readonly wire: TcpProxy | null
  node: number
  isCut: boolean
  hasBeenLive: boolean
}

/** Directives for Claude: short and long answers, thinking, difficult text, and ways to break off. */
const DIRECTIVES = [
  'length=1500 gap=6 chunk=25',
  'length=4000 gap=10 chunk=60',
  'length=9000 gap=12 chunk=70',
  'unicode length=2500 gap=5 chunk=40',
  'cut-pairs length=1500 gap=4',
  'split-characters length=1500 gap=5',
  'thinking-summarized length=1200 gap=8',
  'thinking-omitted length=1200 first=150',
  'max-tokens length=900 gap=5',
  'cut after=9',
  'bad-request',
] as const

export class NodesRoom implements Scene<NodeSeat> {
  readonly roomId: string
  readonly tally: Tally
  readonly seats: NodeSeat[] = []
  /** The people who may open pages; the others wait for an invite. */
  readonly members: Person[] = []
  readonly #deployment: Deployment
  readonly #people: readonly Person[]
  readonly #invite: string
  readonly #gone: Shown[] = []
  readonly #sent: Sent[] = []
  #ids = 0

  /** Makes a room of the first of these people, with one page for each of `begin` members, on different nodes. */
  static async make(
    deployment: Deployment,
    people: readonly Person[],
    tally: Tally,
    begin = 3,
  ): Promise<NodesRoom> {
    const [owner] = people
    if (!owner) throw new Error('a room needs somebody')
    const { roomId, invite } = await owner.at(deployment.node(0).url).makeRoom('Everybody')
    const room = new NodesRoom(deployment, people, tally, roomId, invite)
    room.members.push(owner)
    while (room.members.length < begin) await room.admit()
    for (const [index, person] of room.members.entries()) await room.sit(person, index, index > 0)
    return room
  }

  private constructor(
    deployment: Deployment,
    people: readonly Person[],
    tally: Tally,
    roomId: string,
    invite: string,
  ) {
    this.#deployment = deployment
    this.#people = people
    this.tally = tally
    this.roomId = roomId
    this.#invite = invite
  }

  get nodes(): number {
    return this.#deployment.nodes.length
  }

  portOf(node: number): number {
    return this.#deployment.node(node).port
  }

  /** Admits another person through any node. */
  async admit(node = 0): Promise<void> {
    const person = this.#people[this.members.length]
    if (!person) return
    try {
      await person.at(this.#deployment.node(node).url).accept(this.#invite)
    } catch (error) {
      // That node is down; the invite can be accepted another time.
      if (isFetchFailure(error)) return this.tally.count('invite not accepted by a dead node')
      throw error
    }
    this.members.push(person)
    this.tally.count('admitted')
  }

  /** Opens a page of a member on a node. */
  async sit(person: Person, node: number, wired: boolean): Promise<NodeSeat> {
    const { port, url } = this.#deployment.node(node)
    const wire = wired ? await startTcpProxy(port) : null
    const { client } = person.at(wire?.url ?? url).sit(this.roomId)
    const name = `${person.name} (${this.#gone.length + this.seats.length + 1})`
    const seat: NodeSeat = {
      ...{ person, client, name, wire, node },
      ...{ states: [], isCut: false, hasBeenLive: false },
    }
    let before = client.view
    client.subscribe((view) => {
      if (view.state && view.state !== before.state) seat.states.push(view.state)
      this.#count(seat, before, view)
      before = view
    })
    this.seats.push(seat)
    return seat
  }

  leave(seat: NodeSeat): void {
    this.seats.splice(this.seats.indexOf(seat), 1)
    this.#gone.push({ name: seat.name, states: seat.states, stays: false })
    this.#close(seat)
  }

  /** Waits until a page shows a growing answer, for a limited time. */
  async answering({ name, client }: NodeSeat, patienceMs: number): Promise<void> {
    const isIt = () => isAnswering(client.view)
    const onChange = (listener: () => void) => client.subscribe(listener)
    await until(`${name} to see an answer`, isIt, onChange, patienceMs).catch(() => undefined)
  }

  /** Cuts the connection of a page; data in flight is lost. */
  cut(seat: NodeSeat): void {
    if (!seat.wire || seat.isCut) return
    this.tally.count(isAnswering(seat.client.view) ? 'link cut in mid-answer' : 'link cut')
    seat.isCut = true
    seat.wire.cut()
  }

  mend(seat: NodeSeat): void {
    seat.isCut = false
    seat.wire?.mend()
  }

  /** Leads a page to another node, as a load balancer would; the page resumes there from its position. */
  move(seat: NodeSeat, node: number): void {
    if (!seat.wire || node % this.nodes === seat.node % this.nodes) return
    this.tally.count(isAnswering(seat.client.view) ? 'moved in mid-answer' : 'moved')
    seat.node = node
    seat.wire.cut()
    seat.wire.leadTo(this.#deployment.node(node).port)
    this.mend(seat)
  }

  words(act: 'ask' | 'say' | 'quick', b: number): string {
    const chance = new Chance(b)
    const said = `${act} ${(this.#ids += 1)} ${someText(chance, b % 5)}`
    if (act === 'say') return said
    if (act === 'quick') return `${said} [simulate: length=60 gap=0 first=${chance.below(60)}]`
    return `${said} [simulate: ${chance.pick(DIRECTIVES)}]`
  }

  async send(seat: NodeSeat, intent: Intent): Promise<CommandResult> {
    const sent: Sent = { by: seat.person.memberId, intent, result: null }
    this.#sent.push(sent)
    const result = await seat.client.send(intent)
    // A member who leaves does not learn the outcome.
    const left = !result.ok && result.error.code === 'room-left'
    if (!left) sent.result = result
    return result
  }

  /** Why the room is not at rest yet, or null. */
  async unrest(redis: Redis): Promise<string | null> {
    const stored = await restlessness(redis, this.roomId)
    if (stored.why !== null) return stored.why
    const sitting = [...new Set(this.seats.map(({ person }) => person.memberId))].toSorted()
    for (const { name, client } of this.seats) {
      const { status, pending, state, presence } = client.view
      if (status.kind !== 'live') return `${name} is ${status.kind}`
      if (pending.length > 0) return `${name} waits for an answer to ${pending[0]?.type}`
      if (state?.offset !== stored.offset) return `${name} is at ${state?.offset}`
      const here = presence.map(({ memberId }) => memberId).toSorted()
      if (here.join() !== sitting.join()) return `${name} sees ${here.join()} here`
    }
    return null
  }

  /** Everything that was seen; the room has to be at rest. */
  async record(redis: Redis): Promise<RoomRecord> {
    const staying = this.seats.map(({ name, states }) => ({ name, states, stays: true }))
    return {
      reading: await readStored(redis, this.roomId),
      screens: [...this.#gone, ...staying],
      sent: this.#sent,
      written: this.#deployment.simulator.requests.map(({ text, stopped }) => ({
        text: text.toWellFormed(),
        stopped,
      })),
    }
  }

  close(): void {
    for (const seat of [...this.seats]) this.leave(seat)
  }

  #close({ client, wire }: NodeSeat): void {
    const { rejoined, snapshots, tails } = client.repairs
    this.tally.count('re-read by a client', rejoined)
    this.tally.count('snapshot', snapshots)
    this.tally.count('tail', tails)
    client.close()
    void wire?.close()
  }

  #count(seat: NodeSeat, before: RoomView, view: RoomView): void {
    const [was, is] = [before.status.kind, view.status.kind]
    if (is === 'offline' && was !== 'offline' && view.pending.length > 0)
      this.tally.count('link lost with a command under way')
    if (is !== 'live' || was === 'live') return
    const what = seat.hasBeenLive ? 'came back' : 'came'
    this.tally.count(isAnswering(view) ? `${what} in mid-answer` : what)
    seat.hasBeenLive = true
  }
}

/** Whether somebody sees an answer that has begun and not ended. */
function isAnswering({ state }: RoomView): boolean {
  const newest = state?.messages.findLast((message) => message.kind === 'reply')
  return newest?.kind === 'reply' && newest.ended === null && newest.end > 0
}

/** Nobody answered, unlike a refusal. */
function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError
}
