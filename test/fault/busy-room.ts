// Rooms in which members talk, ask, stop and retry all the time, behind one address, and the checks at the end.
import { expect } from 'vitest'
import type { CommandResult, Message, Reply } from '@roomcast/shared/protocol'
import type { Chance } from '../doubles/chance.ts'
import { EventFollower } from '../support/event-follower.ts'
import { EventReader } from '../support/event-reader.ts'
import type { Person, Seat } from '../support/person.ts'
import { pause } from '../support/pause.ts'

/** A member's pause between two acts, ms. */
const PAUSE_MS = 150
/** With more questions waiting than this, nobody asks: in the end all must be answered, which takes time. */
const MOST_WAITING = 3
/** How long a reader waits before it reopens its stream, ms. */
const AGAIN_MS = 200
/** Refusals that mean that another member was faster. */
const USUAL = ['queue-full', 'generation-running', 'generation-not-ended']

export interface BusyRoomOptions {
  readonly roomId: string
  /** Each has a seat of their own; the first one also joins as the newcomer at the end. */
  readonly people: readonly Person[]
  readonly chance: Chance
  /** A directive for Claude in each question, such as the pace of the answer. */
  readonly how: string
}

export class BusyRoom {
  readonly seats: readonly Seat[]
  /** Texts of acknowledged messages. */
  readonly said: string[] = []
  /** Unexpected refusals, in words. */
  readonly strange: string[] = []
  readonly follower = new EventFollower()
  readonly #options: BusyRoomOptions
  #reader: EventReader | null = null
  #isOver = false
  #hasLeft = false
  #acts: readonly Promise<unknown>[] = []
  #count = 0

  constructor(options: BusyRoomOptions) {
    this.#options = options
    this.seats = options.people.map((person) => person.sit(options.roomId))
  }

  async open(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.live()))
    this.#acts = [...this.seats.map((seat) => this.#act(seat)), this.#read()]
  }

  /** Starts no more acts. Resolves when everything has been answered and Claude is silent. */
  async rest(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#acts.slice(0, -1))
    for (const seat of this.seats)
      await seat.until('rest', ({ status, state }) => status.kind === 'live' && !state?.running)
  }

  /**
   * Checks that nothing is lost or doubled and that all screens show what a newcomer sees; returns the newcomer's
   * messages.
   */
  async judge(): Promise<readonly Message[]> {
    const { people, roomId } = this.#options
    const [first] = people
    if (!first) throw new Error('nobody is here')
    const newcomer = first.sit(roomId)
    await newcomer.live()
    const { messages, offset } = newcomer.state
    newcomer.leave()
    expect(this.strange).toEqual([])
    for (const seat of this.seats) {
      await seat.until('the others', ({ state }) => (state?.offset ?? 0) >= offset)
      expect(seat.state.messages).toEqual(messages)
    }
    await expect.poll(() => this.#reader?.state.offset).toBe(offset)
    expect(this.follower.state.messages).toEqual(messages)
    const all = await first.call<{ messages: Message[] }>(`/api/rooms/${roomId}/export?format=json`)
    const said = all.messages.flatMap((message) => (message.kind === 'said' ? [message.text] : []))
    expect(said.toSorted()).toEqual(this.said.toSorted())
    return all.messages
  }

  leave(): void {
    this.#isOver = this.#hasLeft = true
    for (const seat of this.seats) seat.leave()
    this.#reader?.close()
  }

  async #act(seat: Seat): Promise<void> {
    const { chance, how } = this.#options
    while (!this.#isOver) {
      const reply = newest(seat)
      const dice = chance.below(10)
      if (dice < 6 || !reply) {
        const ask = dice < 2 && seat.state.queue.length < MOST_WAITING
        const text = `${seat.name} ${(this.#count += 1)}${ask ? ` ${how}` : ''}`
        const result = await seat.send({ type: 'post', text, ask })
        if (result.ok) this.said.push(text)
        else this.#refused('post', result)
      } else {
        const { generationId } = reply
        const type = reply.ended ? 'retry' : 'cancel'
        // Leaves some of the running answers alone.
        if (dice < 7) this.#refused(type, await seat.send({ type, generationId }))
        else seat.client.typing()
        if (seat.state.held) this.#refused('resume', await seat.send({ type: 'resume' }))
      }
      await pause(PAUSE_MS / 2 + chance.below(PAUSE_MS))
    }
  }

  /** Follows the room by its events, as a program does, reconnecting from its position. */
  async #read(): Promise<void> {
    const { people, roomId } = this.#options
    const { url, token } = people[0] ?? { url: '', token: '' }
    while (!this.#hasLeft) {
      let reader: EventReader
      try {
        reader = await EventReader.open({ url, roomId, token, follower: this.follower })
      } catch {
        // ignored because: it comes again, as it would to any server that is busy
        await pause(AGAIN_MS)
        continue
      }
      this.#reader = reader
      await reader.ended
      try {
        // The reader throws if it received anything wrong.
        expect(reader.state).toBe(this.follower.state)
      } catch (error) {
        this.strange.push(`events: ${String(error)}`)
      }
      await pause(AGAIN_MS)
    }
  }

  #refused(what: string, result: CommandResult): void {
    const usual = what === 'resume' ? [...USUAL, 'queue-not-held'] : USUAL
    if (!result.ok && !usual.includes(result.error.code))
      this.strange.push(`${what}: ${result.error.code}`)
  }
}

/** The newest reply on a member's screen. */
function newest(seat: Seat): Reply | undefined {
  return seat.state.messages.findLast((message): message is Reply => message.kind === 'reply')
}
