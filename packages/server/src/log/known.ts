// A room as this node knows it, to decide on: its docket, and the ground in the log on which that holds.
import type { Entry, RoomId, UnknownEntry } from '@roomcast/shared/protocol'
import { doesRule } from '../decide/cards.ts'
import { type Docket, EMPTY_DOCKET } from '../decide/docket.ts'
import { docketAfterAll } from '../decide/fold.ts'
import { readDocket } from '../decide/saved-docket.ts'
import type { EntryLog, Ground, Moved } from './entry-log.ts'
import { markOf } from './mark.ts'

type AnyEntry = Entry | UnknownEntry

export interface Known {
  readonly docket: Docket
  readonly ground: Ground
  /** Entries folded since the docket was saved last. */
  readonly unsaved: number
}

/** Of a room of which nothing is known, or that is made in this epoch. */
export function unknown(epoch = ''): Known {
  return { docket: EMPTY_DOCKET, ground: { epoch, offset: 0, mark: '' }, unsaved: 0 }
}

/**
 * After the entries of an append that was decided on this very state. Only entries that change nothing in it may lie
 * between, since a question is posted and queued in one step.
 */
export function afterAppend(known: Known, entries: readonly Entry[]): Known {
  const [first] = entries
  if (!first) return known
  return after({ ...known, docket: { ...known.docket, offset: first.offset - 1 } }, entries)
}

/** After entries that were heard of; the same where they do not go on from it: the next append tells that. */
export function afterHearing(known: Known, entries: readonly AnyEntry[]): Known {
  const { offset } = known.docket
  const news = entries.filter((entry) => entry.offset > offset)
  return news[0]?.offset === offset + 1 ? after(known, news) : known
}

/**
 * Reads on until the room is known as it is.
 * @param known before; `unknown` where nothing is
 * @param moved the answer of the log to the ground of `known`; without it the log is asked first
 */
export async function caughtUp(
  log: Pick<EntryLog, 'find'>,
  roomId: RoomId,
  known: Known,
  moved?: Moved,
): Promise<Known> {
  let told = moved
  for (let now = known; ; told = undefined) {
    const answer = told ?? (await log.find(roomId, [], now.ground))
    if (answer.type === 'found') return now
    const { ground, entries, mark, last } = answer
    const from = beginning(now, answer)
    if (from === null) {
      // A docket that cannot be read is done without: from the first entry on.
      now = unknown(ground.epoch)
      continue
    }
    const folded = after(from, entries)
    const { offset } = folded.docket
    if (offset >= last || entries.length === 0)
      return withRunning({ ...folded, ground, docket: { ...folded.docket, offset: last } }, answer)
    now = { ...folded, ground: { epoch: ground.epoch, offset, mark } }
  }
}

/** Null: the docket that was saved cannot be read. */
function beginning(known: Known, { ground, after: from }: Moved): Known | null {
  if (from === 'ground')
    return { ...known, docket: { ...known.docket, offset: known.ground.offset } }
  const docket = from === 'nothing' ? EMPTY_DOCKET : readDocket(from.docket)
  return docket && { docket, ground, unsaved: 0 }
}

function after(known: Known, entries: readonly AnyEntry[]): Known {
  const docket = docketAfterAll(known.docket, entries)
  const last = entries.findLast(({ type }) => doesRule(type))
  const { epoch } = known.ground
  const ground = last ? { epoch, offset: last.offset, mark: markOf(last) } : known.ground
  return { docket, ground, unsaved: known.unsaved + entries.length }
}

/** The log knows for certain which generation runs, also where the entry that began or ended it cannot be read. */
function withRunning(known: Known, { running, number }: Moved): Known {
  const { docket } = known
  const last = Math.max(docket.number, number)
  return { ...known, docket: { ...docket, running, number: last } }
}
