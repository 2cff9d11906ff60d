// A room as this node knows it, to decide on: its docket, and the ground in the log on which that holds.
import type { Entry, RoomId, UnknownEntry } from '@roomcast/shared/protocol'
import { doesRule } from '../decide/cards.ts'
import { type Docket, EMPTY_DOCKET } from '../decide/docket.ts'
import { docketAfterAll } from '../decide/fold.ts'
import { readDocket } from '../decide/saved-docket.ts'
import type { EntryLog, Footing, Moved } from './entry-log.ts'
import { fingerprintOf } from './fingerprint.ts'

type AnyEntry = Entry | UnknownEntry

export interface Known extends Footing {
  readonly docket: Docket
  /** Entries folded since the docket was saved last. */
  readonly unsaved: number
}

/** Of a room of which nothing is known, or that is made in this epoch. */
export function unknown(epoch = ''): Known {
  const nowhere = { offset: 0, fingerprint: '' }
  return { docket: EMPTY_DOCKET, ground: { epoch, ...nowhere }, read: nowhere, unsaved: 0 }
}

/** After entries that were heard of; the same where they do not go on from it: the next append tells that. */
export function afterHearing(known: Known, entries: readonly AnyEntry[]): Known {
  const { offset } = known.docket
  const news = entries.filter((entry) => entry.offset > offset)
  return news[0]?.offset === offset + 1 ? afterEntries(known, news) : known
}

/**
 * Reads on until the room is known as it is.
 * @param known before; `unknown` where nothing is
 * @param moved the answer of the log to that; without it the log is asked first
 */
export async function caughtUp(
  log: Pick<EntryLog, 'find'>,
  roomId: RoomId,
  known: Known,
  moved?: Moved,
): Promise<Known> {
  let told = moved
  for (let now = known; ; told = undefined) {
    const answer = told ?? (await log.find(roomId, [], now))
    if (answer.type === 'found') return now
    const { ground, entries, fingerprint } = answer
    const from = beginning(now, answer)
    if (from === null) {
      // A docket that cannot be read is done without: from the first entry on.
      now = unknown(ground.epoch)
      continue
    }
    const folded = afterEntries(from, entries)
    if (folded.read.offset >= ground.offset || entries.length === 0) return whole(folded, answer)
    const read = { offset: folded.read.offset, fingerprint }
    now = { ...folded, read, ground: { epoch: ground.epoch, ...read } }
  }
}

/** Null: the docket that was saved cannot be read. */
function beginning(known: Known, { ground, after: from }: Moved): Known | null {
  if (from === 'read') return known
  if (from === 'ground') return { ...known, read: known.ground }
  const docket = from === 'nothing' ? EMPTY_DOCKET : readDocket(from.docket)
  return docket && { docket, ground, read: { offset: docket.offset, fingerprint: '' }, unsaved: 0 }
}

/**
 * After entries that go on from this very state, such as those of an append that was decided on it. Only entries that change nothing in
 * it may lie between, since a question is posted and queued in one step.
 */
export function afterEntries(known: Known, entries: readonly AnyEntry[]): Known {
  const last = entries.at(-1)
  if (!last) return known
  const docket = docketAfterAll(known.docket, entries)
  const read = { offset: last.offset, fingerprint: fingerprintOf(last) }
  const ruling = entries.findLast(({ type }) => doesRule(type))
  const { epoch } = known.ground
  const ground = ruling
    ? { epoch, offset: ruling.offset, fingerprint: fingerprintOf(ruling) }
    : known.ground
  return { docket, ground, read, unsaved: known.unsaved + entries.length }
}

/**
 * As the room is now: no entry after the ground changes a decision (EntryKind.rules). The log knows for certain which generation runs, also
 * where the entry that began or ended it cannot be read.
 */
function whole(
  known: Known,
  { ground, last, running, number, fingerprint, entries }: Moved,
): Known {
  const { docket } = known
  return {
    ...known,
    ground,
    // As it is stored, also where it cannot be read.
    read: entries.length > 0 ? { ...known.read, fingerprint } : ground,
    docket: { ...docket, offset: last, running, number: Math.max(docket.number, number) },
  }
}
