// The update that brings a follower up to date: a tail if the room in memory covers its position, else a snapshot.
import type {
  Entry,
  Position,
  RoomState,
  Run,
  Snapshot,
  Tail,
  UnknownEntry,
} from '@roomcast/shared/protocol'
import { replyNumbered, sliceBytes } from '@roomcast/shared/room'
import { withoutRetracted } from './without-retracted.ts'

/**
 * @param recent the newest entries of the room, dense, ending at `state.offset`
 * @param since the position of the follower; undefined for a newcomer
 */
export function catchUp(
  state: RoomState,
  recent: readonly (Entry | UnknownEntry)[],
  since: Position | undefined,
): Snapshot | Tail {
  return (since && tailAfter(state, recent, since)) ?? { type: 'snapshot', state }
}

function tailAfter(
  state: RoomState,
  recent: readonly (Entry | UnknownEntry)[],
  since: Position,
): Tail | null {
  if (since.epoch !== state.epoch || since.offset > state.offset) return null
  const missing = state.offset - since.offset
  if (missing > recent.length) return null
  const entries = withoutRetracted(recent.slice(recent.length - missing))
  const runs: Run[] = []
  for (const { number, from } of wanted(state, entries, since)) {
    const reply = replyNumbered(state, number)
    if (!reply) return null
    const text = from === 0 ? reply.text : sliceBytes(reply.text, from)
    if (from <= reply.end) runs.push({ number, at: from, text, marks: reply.marks })
  }
  return { type: 'tail', epoch: state.epoch, runs, entries }
}

/** The replies whose text is missing: the one that ran at `since`, and those that began after it. */
function wanted(
  state: RoomState,
  entries: readonly (Entry | UnknownEntry)[],
  since: Position,
): { number: number; from: number }[] {
  const begun = new Set<number>()
  const all: { number: number; from: number }[] = []
  for (const entry of entries as readonly Entry[]) {
    if (entry.type === 'generation-started') {
      begun.add(entry.number)
      all.push({ number: entry.number, from: 0 })
    } else if (entry.type === 'generation-ended' && !begun.has(entry.number))
      all.push({ number: entry.number, from: since.end })
  }
  const { running } = state
  if (running !== null && !begun.has(running)) all.push({ number: running, from: since.end })
  return all
}
