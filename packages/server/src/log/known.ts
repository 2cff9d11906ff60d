// A room as this node knows it, for decisions: its docket, and the ground in the log for which the docket is valid.
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
  /** Entries folded since the docket was last saved. */
  readonly unsaved: number
}

/** A room about which nothing is known, or that is being created in this epoch. */
export function unknown(epoch = ''): Known {
  const nowhere = { offset: 0, fingerprint: '' }
  return { docket: EMPTY_DOCKET, ground: { epoch, ...nowhere }, read: nowhere, unsaved: 0 }
}

/** The room after entries that were heard. Unchanged if they do not connect: the next append will show the gap. */
export function afterHearing(known: Known, entries: readonly AnyEntry[]): Known {
  const { offset } = known.docket
  const news = entries.filter((entry) => entry.offset > offset)
  return news[0]?.offset === offset + 1 ? afterEntries(known, news) : known
}

/**
 * Reads entries until the room is up to date.
 * @param known the knowledge so far; `unknown` if there is none
 * @param moved the log's answer to `known`; without it, the log is asked first
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
      // The saved docket cannot be read: read from the first entry on.
      now = unknown(ground.epoch)
      continue
    }
    const folded = afterEntries(from, entries)
    if (folded.read.offset >= ground.offset || entries.length === 0) return whole(folded, answer)
    const read = { offset: folded.read.offset, fingerprint }
    now = { ...folded, read, ground: { epoch: ground.epoch, ...read } }
  }
}

/** The knowledge from which the answer's entries continue. Null: the saved docket cannot be read. */
function beginning(known: Known, { ground, after: from }: Moved): Known | null {
  if (from === 'read') return known
  if (from === 'ground') return { ...known, read: known.ground }
  const docket = from === 'nothing' ? EMPTY_DOCKET : readDocket(from.docket)
  return docket && { docket, ground, read: { offset: docket.offset, fingerprint: '' }, unsaved: 0 }
}

/**
 * The room after entries that continue this state, such as those of an append that was decided on it. There may be other
 * entries in between only if they change nothing in the docket. That holds for talk, since a question is posted and queued
 * in one step.
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
 * The up-to-date room: no entry after the ground changes a decision (EntryKind.rules). The log knows for certain which
 * generation runs, even if the entry that began or ended it cannot be read.
 */
function whole(
  known: Known,
  { ground, last, running, number, fingerprint, entries }: Moved,
): Known {
  const { docket } = known
  return {
    ...known,
    ground,
    // The log's fingerprint, which is of the stored JSON: an unreadable entry was folded in another form.
    read: entries.length > 0 ? { ...known.read, fingerprint } : ground,
    docket: { ...docket, offset: last, running, number: Math.max(docket.number, number) },
  }
}
