// Random rooms followed by event streams that are cut anywhere, stall and resume: each event names the position after
// it, resuming from any event loses and repeats nothing, and in the end all have the same room.
import { expect, test } from 'vitest'
import type { Kind } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { Started } from '@roomcast/server/judge/room-log.ts'
import { type Chance, withSeeds } from '../doubles/chance.ts'
import { SimulatedReader } from '../doubles/reader.ts'
import { Tally } from '../support/tally.ts'
import { House } from './house.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100)
const STEPS = 80
const TEXTS = ['a', 'word ', 'é', '𠮷', '\n\n', '\r\nid: x\n\ndata: y', '\u2028', '"\\', '\uFEFF']
/** Events that must have happened, or the test proves nothing. */
const EXPECTED = [
  'tail',
  'snapshot',
  'cut within an event',
  'stalled',
  'not heard',
  'delta',
] as const

interface Running {
  readonly started: Started
  end: number
}

class Story {
  readonly #house: House
  readonly #chance: Chance
  readonly #tally: Tally
  readonly #readers: SimulatedReader[] = []
  #running: Running | null = null

  constructor(house: House, chance: Chance, tally: Tally) {
    this.#house = house
    this.#chance = chance
    this.#tally = tally
  }

  async step(): Promise<void> {
    const { room, clock } = this.#house
    const [chance, running] = [this.#chance, this.#running]
    switch (chance.below(12)) {
      case 0:
        return void (await room.say('bob', chance.pick(TEXTS)))
      case 1:
        return this.#comes()
      case 2:
        return this.#one()?.cut()
      case 3:
        return clock.advance(chance.below(3000))
      case 4:
        return this.#stall()
      case 5:
        return running ? this.#end(running) : this.#ask()
      case 6:
      case 7:
        return this.#arrives()
      default:
        return running ? this.#write(running) : this.#ask()
    }
  }

  /** All readers reconnect and read, and have the same room as a socket. */
  async comesToRest(): Promise<void> {
    if (this.#running) await this.#end(this.#running)
    await this.#house.room.say('bob', 'Bye.')
    const socket = await this.#house.watch('bob')
    for (const reader of this.#readers) {
      reader.response.writableLength = 0
      if (reader.response.closed) await reader.open()
    }
    await this.#house.clock.advance(15_000)
    const state = await this.#house.room.state()
    expect(socket.folded()).toEqual(state)
    for (const reader of this.#readers) {
      reader.read()
      expect(reader.state).toEqual(state)
      for (const type of reader.types) this.#tally.count(type)
    }
  }

  #one(): SimulatedReader | undefined {
    return this.#readers[this.#chance.below(this.#readers.length || 1)]
  }

  async #comes(): Promise<void> {
    const known = this.#one()
    if (known?.response.closed) return known.open()
    if (this.#readers.length >= 4) return
    const reader = new SimulatedReader(this.#house.events, this.#chance.pick(['alice', 'carol']))
    this.#readers.push(reader)
    await reader.open()
  }

  #arrives(): void {
    const reader = this.#one()
    if (!reader) return
    if (reader.unread > 0 && this.#chance.below(2) === 0) {
      reader.read(this.#chance.below(reader.unread))
      this.#tally.count('cut within an event')
    } else reader.read()
  }

  async #stall(): Promise<void> {
    const reader = this.#one()
    if (!reader) return
    reader.response.writableLength = reader.response.writableLength === 0 ? 300_000 : 0
    await this.#house.clock.advance(250)
    this.#tally.count('stalled')
  }

  async #ask(): Promise<void> {
    const started = await this.#house.room.asked('alice', 'Why?')
    this.#running = { started, end: 0 }
  }

  async #write(running: Running): Promise<void> {
    const text = this.#chance.pick(['', ...TEXTS])
    const [mark] = this.#chance.pick<Kind[]>([[], ['thinking'], ['text']])
    if (text === '' && mark === undefined) return
    const { log } = this.#house.room
    await log.appendReply(running.started, running.end, text, mark)
    running.end += byteLength(text)
  }

  async #end({ started }: Running): Promise<void> {
    this.#running = null
    const { room } = this.#house
    if (this.#chance.below(2) === 0) await room.end(started, 'completed')
    else await room.cancel('bob', started.generationId)
  }
}

test('[R1][W5][W6] event streams end with the same room, wherever they are cut, and name their positions', async () => {
  const tally = new Tally()
  await withSeeds(RUNS, 'test/convergence/events.fuzz.test.ts', async (chance) => {
    let loses = true
    const house = await House.make((update) => {
      // Never lose a mark without bytes: the loss shows only with the bytes after it (R1.9), and there may be none.
      const isBare = !('type' in update) && update[2] === ''
      const hears = isBare || !loses || chance.below(40) > 0
      if (!hears) tally.count('not heard')
      return hears
    })
    const story = new Story(house, chance, tally)
    for (let step = 0; step < STEPS; step++) await story.step()
    // Stop losing updates now: a loss shows only with the next update of its kind.
    loses = false
    await story.comesToRest()
    await house.close()
  })
  if (process.env['FUZZ_SEED'] !== undefined) return
  const missing = EXPECTED.filter((what) => tally.of(what) === 0)
  expect(missing, tally.table()).toEqual([])
})
