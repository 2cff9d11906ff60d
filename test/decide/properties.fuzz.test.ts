// Properties of the rules that hold in every room, whatever its history. FUZZ_RUNS sets the number of histories, for
// longer runs.
import { expect, test } from 'vitest'
import { BEGINNINGS, cardOf, LATER } from '@roomcast/server/decide/cards.ts'
import type { Command } from '@roomcast/server/decide/commands.ts'
import { decide, factsFor } from '@roomcast/server/decide/decide.ts'
import type { Decision } from '@roomcast/server/decide/rule.ts'
import type { Docket } from '@roomcast/server/decide/docket.ts'
import type { Draft } from '@roomcast/server/decide/draft.ts'
import { withDrafts } from '@roomcast/server/decide/fold.ts'
import { restore } from '@roomcast/server/decide/restore.ts'
import { readDocket, savedDocket } from '@roomcast/server/decide/saved-docket.ts'
import type { Entry } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { type Chance, withSeeds } from '../doubles/chance.ts'
import { KnownRoom } from './known-room.ts'
import { RandomCommands } from './random-commands.ts'

const FILE = 'test/decide/properties.fuzz.test.ts'
const HISTORIES = Number(process.env['FUZZ_RUNS'] ?? 60)
const COMMANDS = 150

interface Moment {
  readonly room: KnownRoom
  readonly commands: RandomCommands
  readonly command: Command
  readonly decision: Decision
}

/** Plays random histories by the rules alone, and stops before each decision is written. */
async function play(look: (moment: Moment, chance: Chance) => void): Promise<void> {
  await withSeeds(HISTORIES, FILE, (chance, seed) => {
    const room = new KnownRoom()
    const commands = new RandomCommands(chance, room, `room-${seed}`)
    for (let count = 0; count < COMMANDS; count++) {
      const command = count === 0 ? commands.create(`room-${seed}`) : commands.next()
      // The log itself refuses to end a generation that is not running.
      if (command.type === 'end' && command.generationId !== room.docket.running) continue
      const decision = decide(room.docket, command, factsFor(command, room))
      look({ room, commands, command, decision }, chance)
      if (!(decision instanceof Error)) room.add(entriesOf(decision, room.docket))
    }
    return Promise.resolve()
  })
}

function entriesOf(drafts: readonly Draft[], { offset }: Docket): Entry[] {
  return drafts.map((draft, index) => {
    const seal = draft.type === 'generation-ended' ? { end: 0, digest: '' } : {}
    return { ...draft, ...seal, offset: offset + 1 + index, at: 7 } as Entry
  })
}

function isWritten(decision: Decision): decision is readonly Draft[] {
  return !(decision instanceof Error) && decision.length > 0
}

test('[R4.2] an entry with nothing lost before it is restored unchanged', async () => {
  let restored = 0
  await play(({ room, decision }) => {
    if (!isWritten(decision)) return
    let docket = room.docket
    const entries = entriesOf(decision, docket)
    for (const [index, entry] of entries.entries()) {
      const { drafts, isPlaced } = restore(docket, entry, {
        ...remainsOf(room),
        endsLater: () => false,
      })
      expect({ drafts, isPlaced }).toEqual({ drafts: [decision[index]], isPlaced: true })
      docket = withDrafts(docket, drafts, entry.at)
      restored += 1
    }
  })
  expect(restored).toBeGreaterThan(HISTORIES * 50)
})

test('[R4.2] an entry that is restored twice has one place', async () => {
  let looked = 0
  await play(({ room, decision }) => {
    if (!isWritten(decision)) return
    const entries = entriesOf(decision, room.docket)
    const after = withEntries(room, entries)
    for (const entry of entries) {
      // An entry about the room or a member may occur twice: there the log looks for the entry itself.
      if (!('messageId' in entry || 'generationId' in entry || entry.type === 'queue-resumed'))
        continue
      if (entry.type === 'message-edited') continue
      const { drafts } = restore(after.docket, entry, {
        ...remainsOf(after),
        endsLater: () => true,
      })
      // A repair does not ask a queued question again that has since been answered, because its start follows.
      if (entry.type === 'question-queued' && !isQueued(after, entry.messageId)) continue
      expect(drafts, JSON.stringify(entry)).toEqual([])
      looked += 1
    }
  })
  expect(looked).toBeGreaterThan(HISTORIES * 20)
})

/** A copy of the room with these entries applied. */
function withEntries(room: KnownRoom, entries: readonly Entry[]): KnownRoom {
  const after = new KnownRoom()
  after.docket = room.docket
  for (const [id, message] of room.messages) after.messages.set(id, message)
  for (const [id, generation] of room.generations) after.generations.set(id, generation)
  after.add(entries)
  return after
}

function remainsOf(room: KnownRoom) {
  return {
    message: (id: string) => room.message(id),
    generation: (id: string) => room.generation(id),
  }
}

function isQueued({ docket }: KnownRoom, messageId: string): boolean {
  return docket.queue.some((asked) => asked.messageId === messageId)
}

test('a decision repeated on its own result is refused or empty', async () => {
  const once: ReadonlySet<Command['type']> = new Set([
    'join',
    'start',
    'withdraw',
    'resume',
    'retract',
    'remove',
    'promote',
  ])
  const seen = new Set<string>()
  await play(({ room, command, decision }) => {
    if (!once.has(command.type) || !isWritten(decision)) return
    const after = withEntries(room, entriesOf(decision, room.docket))
    const again = decide(after.docket, command, factsFor(command, after))
    expect(isWritten(again), JSON.stringify(command)).toBe(false)
    seen.add(command.type)
  })
  expect([...seen].toSorted()).toEqual([...once].toSorted())
})

test('decisions that no other decision depends on commute', async () => {
  let pairs = 0
  await play(({ room, commands, command, decision }) => {
    if (!isWritten(decision) || decision.some((draft) => cardOf(draft).rules)) return
    const other = commands.next()
    const facts = factsFor(other, room)
    if (other.type === 'end') return
    const alone = decide(room.docket, other, facts)
    const after = decide(withDrafts(room.docket, decision), other, facts)
    // The refusal of a join with an outdated name carries an offset, which may differ afterwards.
    if (other.type === 'join' && other.seen !== undefined) return
    expect(after, JSON.stringify([command, other])).toEqual(alone)
    pairs += 1
  })
  expect(pairs).toBeGreaterThan(HISTORIES * 5)
})

test('a saved docket is read back unchanged', async () => {
  await play(({ room: { docket } }) => {
    expect(readDocket(savedDocket(docket, docket.offset))).toEqual(docket)
  })
  for (const json of ['', '{', 'null', '[]', '{"offset":-1}'])
    expect(readDocket(json), json).toBeNull()
})

test('every refusal that the rules can give occurs', async () => {
  const codes = new Set<string>()
  await play(({ decision }) => {
    if (decision instanceof Refusal) codes.add(decision.body.code)
  })
  // A generation without an end is running, so `generation-running` comes before `generation-not-ended`.
  expect([...codes].toSorted()).toEqual([
    'generation-not-found',
    'generation-running',
    'member-not-found',
    'message-not-found',
    'not-queued',
    'not-yours',
    'owner-only',
    'queue-full',
    'queue-not-held',
    'removed',
    'room-not-found',
  ])
})

test('each type of entry begins a message or an answer, or is about one, as its card says', async () => {
  const begin = new Set<string>()
  const later = new Map<string, string>()
  await play(({ decision }) => {
    if (decision instanceof Error) return
    for (const draft of decision) {
      const { begins, about } = cardOf(draft)
      if (begins !== undefined) begin.add(draft.type)
      if (about) later.set(draft.type, `${about.subject.slice(0, 2)} ${about.as}`)
    }
  })
  expect([...begin].toSorted()).toEqual(BEGINNINGS.toSorted())
  expect([...later.keys()].toSorted()).toEqual(LATER.toSorted())
  // Two entries of one kind would hide each other.
  expect(new Set(later.values()).size).toBe(later.size)
})
