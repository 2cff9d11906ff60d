// Gives a storage that has lost its tail what this node knows of it (recent.ts), in one step with the new epoch
// (reassert.lua says what becomes of each entry).
import { createHash } from 'node:crypto'
import type { Entry, GenerationEnded, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { byteLength, sliceBytes } from '@roomcast/shared/room'
import type { Connections } from '../../redis/connections.ts'
import type { Keys } from './keys.ts'
import { markOf, type Piece, type Recent } from './recent.ts'
import type { Scripts } from './scripts.ts'

/** How far a room was followed: its epoch, the last entry and what tells that from any other. */
export interface Followed {
  readonly epoch: string
  readonly offset: number
  readonly mark: string
  /** The storage itself has told of this epoch: where it does not know it any more, it has lost it. */
  readonly wasTold: boolean
}

export interface Reasserted {
  /** The new epoch of the room, if it was this that gave it one. */
  readonly turned: string | null
  /** Entries that were written again, and those that had no place any more. */
  readonly written: number
  readonly missing: number
}

export interface ReassertionOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  readonly newId: () => string
}

/** What the script takes for each thing: type, offset, time, JSON members, and seven more. */
type Thing = readonly (string | number)[]
const WIDTH = 11

export class Reassertion {
  readonly #options: ReassertionOptions

  constructor(options: ReassertionOptions) {
    this.#options = options
  }

  /**
   * Looks whether the room goes on from where it was followed, and if not, gives it a new epoch and what it has lost.
   * A room that has a new epoch already is given what is missing there.
   * A room that is not there at all is made again when all of it is remembered, from its beginning on.
   * @returns null when this is another room by now, or none
   * @throws Error of ioredis
   */
  async run(
    roomId: RoomId,
    { epoch, offset, mark, wasTold }: Followed,
    recent: Recent,
  ): Promise<Reasserted | null> {
    const { connections, scripts, keys, newId } = this.#options
    const things = await this.#things(roomId, recent)
    await this.#enlist(roomId, recent.entries)
    const names = [...keys.room(roomId), keys.checkpoint(roomId), keys.generations(roomId)]
    const fresh = newId()
    const values = [epoch, offset, mark, fresh, wasTold ? 1 : 0, ...things.flatMap(padded)]
    const answer = (await connections.run(scripts.reassert, names, values)) as string[]
    const [state, turned, written, missing] = answer
    if (state !== 'ok') return null
    return {
      turned: turned === '1' ? fresh : null,
      written: Number(written),
      missing: Number(missing),
    }
  }

  /** In the order of the entries; text comes right before the end of its generation, or last. */
  async #things(roomId: RoomId, recent: Recent): Promise<readonly Thing[]> {
    const { entries, texts, done } = recent
    const texted = new Map<GenerationId, readonly Thing[]>()
    for (const [key, pieces] of texts) {
      const generationId = key.startsWith('#') ? await this.#running(roomId, key) : key
      if (generationId === null) continue
      texted.set(generationId, await this.#textThings(roomId, generationId, pieces))
    }
    const things: Thing[] = []
    for (const entry of entries) {
      if (entry.type === 'generation-ended') {
        things.push(...(texted.get(entry.generationId) ?? []))
        texted.delete(entry.generationId)
      }
      things.push(thingOf(entry, entries))
    }
    // By their marks: entries of two epochs may have the same offset.
    const places = new Map(entries.map((entry, index) => [markOf(entry), index + 1]))
    for (const { command, kind, first, last } of done) {
      const [from, to] = [places.get(first), places.get(last)]
      if (from !== undefined && to !== undefined)
        things.push(['command', '', '', '', command, kind, from, to])
    }
    return [...things, ...[...texted.values()].flat()]
  }

  /** The generation that runs, if `#` and its number are this. */
  async #running(roomId: RoomId, key: string): Promise<GenerationId | null> {
    const { connections, keys } = this.#options
    const running = await connections.commands.hget(keys.channel(roomId), 'running')
    if (!running) return null
    const number = await connections.commands.hget(keys.generation(roomId, running)[0], 'number')
    return `#${number}` === key ? running : null
  }

  /** The pieces that the storage does not have, each with the digest of the whole text up to its end. */
  async #textThings(
    roomId: RoomId,
    generationId: GenerationId,
    pieces: readonly Piece[],
  ): Promise<readonly Thing[]> {
    const { connections, keys } = this.#options
    const [, reply] = keys.generation(roomId, generationId)
    const stored = await connections.commands.getBuffer(reply)
    const length = stored?.length ?? 0
    const [first] = pieces
    if (!first || first.at > length) return []
    const hash = createHash('sha256').update(stored?.subarray(0, first.at) ?? '')
    const things: Thing[] = []
    for (const { at, text, kind } of pieces) {
      const digest = hash.update(text).copy().digest('hex')
      const to = at + byteLength(text)
      if (to < length || (to === length && text !== '')) continue
      const [from, rest] = at < length ? [length, sliceBytes(text, length - at)] : [at, text]
      things.push(['text', '', '', rest, generationId, from, kind ?? '', digest])
    }
    return things
  }

  /** The lists of rooms lie elsewhere, and may have lost their tail too. */
  async #enlist(roomId: RoomId, entries: readonly Entry[]): Promise<void> {
    const { connections, scripts, keys } = this.#options
    for (const entry of entries)
      if (entry.type === 'member-joined')
        await connections.run(scripts.enlist, [keys.roomsOf(entry.memberId)], [roomId])
  }
}

function padded(thing: Thing): Thing {
  return [...thing, ...Array.from<string>({ length: WIDTH - thing.length }).fill('')]
}

function thingOf(entry: Entry, entries: readonly Entry[]): Thing {
  const { offset, at, ...rest } = entry
  const begin = [entry.type, offset, at, JSON.stringify(rest).slice(1, -1)]
  switch (entry.type) {
    case 'room-created':
      return [...begin, JSON.stringify(entry.title), JSON.stringify(entry.model)]
    case 'member-joined': {
      const { name, role } = entry
      return [...begin, entry.memberId, JSON.stringify({ name, role }).slice(1, -1)]
    }
    case 'member-left':
      return [...begin, entry.memberId, entry.by]
    case 'settings-changed':
      return [...begin, jsonOf(entry.title), jsonOf(entry.model), entry.inviters ?? '']
    case 'message-posted':
      return [...begin, entry.messageId, entry.by, jsonOf(entry.model)]
    case 'message-edited':
    case 'message-retracted':
    case 'question-queued':
    case 'question-withdrawn':
      return [...begin, entry.messageId]
    case 'queue-resumed':
    case 'invite-made':
    case 'invites-ended':
      return begin
    case 'generation-started': {
      const { generationId, mode, messageId, by, of = '', number } = entry
      const hasEnded = entries.some(
        (other) => other.type === 'generation-ended' && other.generationId === generationId,
      )
      return [...begin, generationId, mode, messageId, by, of, number, hasEnded ? 1 : 0]
    }
    case 'generation-ended': {
      const { generationId, outcome, digest, end } = entry
      return [...begin, generationId, outcome, furtherOf(entry), digest, end]
    }
    default:
      // Of a later version.
      return begin
  }
}

function jsonOf(value: string | undefined): string {
  return value === undefined ? '' : JSON.stringify(value)
}

/** The JSON members of an end after those that its script writes itself, as `RedisRoomLog.end` gives them. */
function furtherOf({ by, reason, stop, error, usage, omitted }: GenerationEnded): string {
  const members = JSON.stringify({ by, reason, stop, error, usage, omitted }).slice(1, -1)
  return members === '' ? '' : `,${members}`
}
