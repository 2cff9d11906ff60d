// A room as this node knows it, to decide on: its docket, and the ground in the log on which that holds.
import type { Entry } from '@roomcast/shared/protocol'
import { doesRule } from '../../decide/cards.ts'
import { type Docket, docketAfterAll } from '../../decide/docket.ts'
import { markOf } from './repair/recent.ts'

/** The last entry that decisions depend on; `offset` 0: there is none yet. */
export interface Ground {
  readonly offset: number
  /** What tells that entry from any other that may stand in its place. */
  readonly mark: string
}

export const NO_GROUND: Ground = { offset: 0, mark: '' }

export interface Known {
  readonly epoch: string
  readonly docket: Docket
  readonly ground: Ground
  /** Entries folded since the docket was saved last. */
  readonly unsaved: number
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
export function afterHearing(known: Known, entries: readonly Entry[]): Known {
  const { offset } = known.docket
  const news = entries.filter((entry) => entry.offset > offset)
  return news[0]?.offset === offset + 1 ? after(known, news) : known
}

/** After all entries behind its ground. @param ground of the room now */
export function caughtUp(known: Known, entries: readonly Entry[], ground: Ground): Known {
  const from = { ...known.docket, offset: known.ground.offset }
  return { ...after({ ...known, docket: from }, entries), ground }
}

function after(known: Known, entries: readonly Entry[]): Known {
  const docket = docketAfterAll(known.docket, entries)
  const last = entries.findLast(({ type }) => doesRule(type))
  const ground = last ? { offset: last.offset, mark: markOf(last) } : known.ground
  return { ...known, docket, ground, unsaved: known.unsaved + entries.length }
}
