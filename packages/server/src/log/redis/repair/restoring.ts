// Restores the lost tail of a room from this node's memory (recent.ts), in one step with a new epoch of the room. Existing
// entries stay, and nothing is written twice: other nodes may restore too, and people keep writing.
import { createHash } from 'node:crypto'
import type { Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { byteLength, sliceBytes } from '@roomcast/shared/room'
import { cardOf, frontOf } from '../../../decide/cards.ts'
import type { Docket } from '../../../decide/docket.ts'
import type { Draft } from '../../../decide/draft.ts'
import { withDrafts } from '../../../decide/fold.ts'
import { restore } from '../../../decide/restore.ts'
import type { Connections } from '../../../redis/connections.ts'
import type { EntryLog } from '../../entry-log.ts'
import { caughtUp, unknown } from '../../known.ts'
import { cardIn, frontIn, headOf, type SentCard } from '../append-request.ts'
import type { Keys } from '../keys.ts'
import type { Scripts } from '../scripts.ts'
import type { Piece, Recent } from './recent.ts'
import { Standing } from './standing.ts'

/** How far a room was followed: its epoch, and the offset and fingerprint of the last entry. */
export interface Place {
  readonly epoch: string
  readonly offset: number
  readonly fingerprint: string
  /** Whether the storage has confirmed this epoch: if it no longer knows the epoch, it has lost it. */
  readonly wasTold: boolean
}

interface Repaired {
  /** The new epoch, if this repair gave the room one. */
  readonly turned: string | null
  /** Number of restored entries, and of entries that no longer had a place. */
  readonly written: number
  readonly missing: number
  /** Number of commands whose first answer is known again. */
  readonly commands: number
}

export interface RestoringOptions {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
  /** Reads the docket of a room with lost entries. */
  readonly log: Pick<EntryLog, 'find'>
  readonly newId: () => string
}

/** Maximum length of a room's list of earlier epochs, characters. */
const MOST_BEFORE = 400
/** How often a repair is tried, since the room may change meanwhile. */
const MOST_ROUNDS = 20
/** After this many tries the room is reserved for the repair (stops excepted), for this long, ms. */
const PATIENT_ROUNDS = 2
const RESERVE_MS = 1000

/** A step of restore.lua, for an entry or a piece of text. */
type Step =
  | { readonly card: SentCard; readonly at: number; readonly cut?: { to: number; digest: string } }
  | { readonly text: { of: GenerationId; at: number; mark: string; digest: string } }
/** The place of an entry: an offset, or the place that a step (counted from 1) will give it. */
type Spot = { readonly offset: number } | { readonly step: number }

interface Plan {
  readonly steps: readonly Step[]
  readonly bodies: readonly string[]
  readonly done: readonly object[]
  readonly missing: number
  readonly docket: Docket
}

/** A room kept changing while lost entries were to be restored. The next check tries again. */
export class RepairOutrun extends Error {
  constructor(roomId: RoomId) {
    super(`room ${roomId} went on ${MOST_ROUNDS} times while it was to be given what it has lost`)
    this.name = 'RepairOutrun'
  }
}

export class Restoring {
  readonly #options: RestoringOptions
  /** A name other than the one this node appends under: its own members wait for the repair like everyone else. */
  readonly #node: string

  constructor(options: RestoringOptions) {
    this.#options = options
    this.#node = options.newId()
  }

  /**
   * Checks whether the room's history continues from the place up to which it was followed. If not, gives the room a new
   * epoch and restores the lost entries.
   * A room that already has a new epoch gets the entries that are missing there.
   * A room that is gone is created again if this node remembers it from its first entry on.
   * @returns null if the room is now another one, or is gone and cannot be restored
   * @throws RepairOutrun; Error of ioredis
   */
  async run(roomId: RoomId, place: Place, recent: Recent): Promise<Repaired | null> {
    await this.#enlist(roomId, recent.entries)
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const forMs = round < PATIENT_ROUNDS ? 0 : RESERVE_MS
      const repaired = await this.#try(roomId, place, recent, forMs)
      if (repaired !== 'moved') return repaired
    }
    throw new RepairOutrun(roomId)
  }

  async #try(
    roomId: RoomId,
    place: Place,
    recent: Recent,
    forMs: number,
  ): Promise<Repaired | null | 'moved'> {
    const { connections, scripts, keys, log, newId } = this.#options
    const node = this.#node
    const standing = await Standing.read(this.#options, roomId, recent, place, { node, forMs })
    if (!standing.exists && recent.entries[0]?.type !== 'room-created') return null
    const found = compare(standing, place)
    if (found === 'other') return null
    const nothing: Repaired = { turned: null, written: 0, missing: 0, commands: 0 }
    if (found === 'sound') return nothing
    const { docket } = standing.exists ? await caughtUp(log, roomId, unknown()) : unknown()
    if (docket.offset !== standing.offset) return 'moved'
    const plan = await this.#plan(roomId, docket, standing, recent)
    const { steps, bodies, done, missing } = plan
    const isWhole = steps.length === 0 && done.length === 0
    if (found === 'turned' && isWhole) return { ...nothing, missing }
    const turned = found === 'turned' ? null : newId()
    const asked = {
      ...(standing.exists ? {} : { makes: true }),
      node,
      epoch: standing.epoch,
      offset: String(standing.offset),
      fingerprint: standing.fingerprint,
      ...(turned === null ? {} : { turns: turned, before: epochsBefore(standing, place) }),
      front: frontIn(frontOf(plan.docket)),
      steps,
      done,
    }
    const values = [JSON.stringify(asked), ...bodies]
    const answer = (await connections.run(scripts.restore, keys.all(roomId), values)) as string[]
    if (answer[0] !== 'ok') return 'moved'
    return { turned, written: Number(answer[1]), missing, commands: Number(answer[2]) }
  }

  /** The steps in the order of the entries. Text comes right before the end of its generation, or last. */
  async #plan(roomId: RoomId, before: Docket, standing: Standing, recent: Recent): Promise<Plan> {
    const texts = await this.#texts(roomId, standing, recent)
    const steps: Step[] = []
    const bodies: string[] = []
    const spots = new Map<string, Spot>()
    let docket = before
    let missing = 0
    const addText = (generationId: GenerationId) => {
      for (const { text, ...piece } of texts.get(generationId) ?? []) {
        steps.push({ text: { of: generationId, ...piece } })
        bodies.push(text)
      }
      texts.delete(generationId)
    }
    for (const [fingerprint, entry] of recent.byFingerprint) {
      if (entry.type === 'generation-ended') addText(entry.generationId)
      const there = standing.offsetOf(entry)
      const { drafts, isPlaced } =
        there === null ? restore(docket, entry, standing) : { drafts: [], isPlaced: true }
      for (const draft of drafts) {
        steps.push(stepFor(draft, entry))
        bodies.push(headOf(draft))
        standing.placed(draft)
      }
      docket = withDrafts(docket, drafts, entry.at)
      if (!isPlaced) missing += 1
      else if (drafts.length > 0) spots.set(fingerprint, { step: steps.length })
      else spots.set(fingerprint, { offset: there ?? standing.placeOf(entry) })
    }
    for (const generationId of [...texts.keys()]) addText(generationId)
    const done = recent.done.flatMap(({ command: field, kind, first, last, count }) => {
      const [from, to] = [spots.get(first), spots.get(last)]
      return from && to ? [{ field, kind, first: from, last: to, count }] : []
    })
    return { steps, bodies, done, missing, docket }
  }

  async #texts(roomId: RoomId, standing: Standing, recent: Recent) {
    const texts = new Map<GenerationId, readonly TextPiece[]>()
    for (const [key, pieces] of recent.texts) {
      const generationId = key.startsWith('#') ? standing.runningAs(key) : key
      if (generationId === null) continue
      texts.set(generationId, await this.#missingText(roomId, generationId, pieces))
    }
    return texts
  }

  /** The pieces that the storage lacks, each with the digest of the whole text up to its end. */
  async #missingText(
    roomId: RoomId,
    generationId: GenerationId,
    pieces: readonly Piece[],
  ): Promise<readonly TextPiece[]> {
    const { connections, keys } = this.#options
    const [, reply] = keys.generation(roomId, generationId)
    const stored = await connections.commands.getBuffer(reply)
    const length = stored?.length ?? 0
    const [first] = pieces
    if (!first || first.at > length) return []
    const hash = createHash('sha256').update(stored?.subarray(0, first.at) ?? '')
    const missing: TextPiece[] = []
    for (const { at, text, kind } of pieces) {
      const digest = hash.update(text).copy().digest('hex')
      const to = at + byteLength(text)
      if (to < length || (to === length && text !== '')) continue
      const [from, rest] = at < length ? [length, sliceBytes(text, length - at)] : [at, text]
      missing.push({ at: from, text: rest, mark: kind ?? '', digest })
    }
    return missing
  }

  /** In a cluster the members' lists of rooms may be on another node, and may have lost their tail too. */
  async #enlist(roomId: RoomId, entries: readonly Entry[]): Promise<void> {
    const { connections, scripts, keys } = this.#options
    for (const entry of entries) {
      const { member } = cardOf(entry)
      if (member && 'is' in member)
        await connections.run(scripts.enlist, [keys.roomsOf(member.id)], [roomId])
    }
  }
}

interface TextPiece {
  readonly at: number
  readonly text: string
  readonly mark: string
  readonly digest: string
}

/**
 * Compares the room with the place up to which it was followed. 'sound': the history continues; 'lost': it has lost its tail;
 * 'turned': it has a new epoch; 'other': it is another room.
 */
function compare(standing: Standing, place: Place): 'sound' | 'lost' | 'turned' | 'other' {
  const { exists, epoch, before, followedFingerprint } = standing
  if (!exists) return 'lost'
  if (epoch === place.epoch) return followedFingerprint === place.fingerprint ? 'sound' : 'lost'
  if (before.split(' ').includes(place.epoch)) return 'turned'
  return place.wasTold ? 'lost' : 'other'
}

/** The latest epochs before a new one, by which nodes that know only an earlier epoch recognise the room. */
function epochsBefore({ epoch, before }: Standing, place: Place): string {
  const epochs = [before, epoch === place.epoch ? '' : epoch, place.epoch]
  return epochs
    .filter((one) => one !== '')
    .join(' ')
    .slice(-MOST_BEFORE)
}

function stepFor(draft: Draft, lost: Entry): Step {
  const { at } = lost
  const card = cardIn(draft)
  // The fence stays the original number, so the owner can carry on even if the generation has another number now.
  if (draft.type === 'generation-started' && lost.type === 'generation-started' && card.starts)
    return { at, card: { ...card, starts: { ...card.starts, fence: String(lost.number) } } }
  if (lost.type === 'generation-ended')
    return { at, card, cut: { to: lost.end, digest: lost.digest } }
  return { at, card }
}
