// The one fold: how an update changes a follower's copy of a room, on the server and on every screen.
//
// It never skips and never guesses. It ignores updates that it already has. It does not apply an update that does not
// connect, and instead returns the position to re-read from (`behind`). Asking for "everything after this position"
// is the only way to recover.
import type { Entry, GenerationEnded, UnknownEntry } from '../protocol/entry.ts'
import type { Position } from '../protocol/position.ts'
import type { Reply, RoomState } from '../protocol/room-state.ts'
import type { Delta } from '../protocol/updates/delta.ts'
import type { Entries } from '../protocol/updates/entries.ts'
import type { Heartbeat } from '../protocol/updates/heartbeat.ts'
import type { Snapshot } from '../protocol/updates/snapshot.ts'
import type { Run, Tail } from '../protocol/updates/tail.ts'
import { byteLength } from './bytes.ts'
import { reduce } from './reduce.ts'
import { cutReply, growReply } from './reply.ts'
import { positionOf, replyNumbered, runningReply, withReply } from './state.ts'

/** The updates that carry the content of a room. */
export type Content = Snapshot | Tail | Entries | Heartbeat | Delta

/** The state after an update; `behind` is the position to re-read from, or null if nothing is missing. */
type Folded = { readonly state: RoomState; readonly behind: Position | null }

/** Returns the digest of a text (see `digest.ts`); passed in, so that this folder needs no library. */
type Digest = (text: string) => string

/**
 * Applies one update.
 * @param digest checks a reply at its end: a reply whose bytes differ from the log's is read again from 0
 */
export function fold(state: RoomState, update: Content, digest: Digest): Folded {
  if (isDeltaArray(update)) return foldDelta(state, update)
  switch (update.type) {
    case 'snapshot':
      return { state: foldSnapshot(state, update.state), behind: null }
    case 'entries':
      return update.epoch === state.epoch
        ? foldEntries(state, update.entries, digest)
        : { state, behind: positionOf(state) }
    case 'tail':
      return update.epoch === state.epoch
        ? foldTail(state, update, digest)
        : { state, behind: positionOf(state) }
    case 'heartbeat':
      return { state, behind: isBehind(state, update) ? positionOf(state) : null }
  }
}

/** A snapshot replaces the state, but a late one must not take back text that was already shown. */
function foldSnapshot(state: RoomState, snapshot: RoomState): RoomState {
  if (snapshot.epoch !== state.epoch) return snapshot
  if (snapshot.offset < state.offset) return state
  const theirs = runningReply(snapshot)
  const ours = theirs && replyNumbered(state, theirs.number)
  if (!ours || ours.end <= theirs.end || !ours.text.startsWith(theirs.text)) return snapshot
  const { text, end, marks } = ours
  return withReply(snapshot, { ...theirs, text, end, marks })
}

/** `Array.isArray` does not narrow readonly tuples. */
function isDeltaArray(update: Content): update is Delta {
  return Array.isArray(update)
}

function foldDelta(state: RoomState, [number, at, text, mark]: Delta): Folded {
  const reply = replyNumbered(state, number)
  if (reply?.ended || (reply === undefined && !isAhead(state, number)))
    return { state, behind: null }
  // The generation's start is missing: an entry was lost.
  if (reply === undefined) return { state, behind: positionOf(state) }
  const grown = growReply(reply, at, text, mark)
  switch (grown.result) {
    case 'ignored':
      return { state, behind: null }
    case 'gap':
      return { state, behind: positionOf(state) }
    case 'applied':
      return { state: withReply(state, grown.reply), behind: null }
  }
}

/** Whether this generation started after every reply in the state. */
function isAhead(state: RoomState, number: number): boolean {
  const newest = state.messages.findLast((message) => message.kind === 'reply')
  return newest === undefined || newest.number < number
}

function foldEntries(
  state: RoomState,
  entries: readonly (Entry | UnknownEntry)[],
  digest: Digest,
): Folded {
  let current = state
  for (const entry of entries) {
    if (entry.offset <= current.offset) continue
    if (entry.offset !== current.offset + 1) return { state: current, behind: positionOf(current) }
    const behind =
      entry.type === 'generation-ended' ? missing(current, entry as GenerationEnded, digest) : null
    if (behind !== null) return { state: current, behind }
    current = reduce(current, entry)
  }
  return { state: current, behind: null }
}

/** An end is applied only over exactly its text; otherwise returns the position to re-read from. */
function missing(state: RoomState, entry: GenerationEnded, digest: Digest): Position | null {
  const reply = replyNumbered(state, entry.number)
  if (reply === undefined) return null
  if (reply.end < entry.end) return positionOf(state)
  const cut = cutReply(reply, entry.end)
  return digest(cut.text) === entry.digest ? null : { ...positionOf(state), end: 0 }
}

function foldTail(state: RoomState, tail: Tail, digest: Digest): Folded {
  let current = state
  const runs = new Map(tail.runs.map((run) => [run.number, run]))
  const settle = (number: number) => {
    const run = runs.get(number)
    const reply = replyNumbered(current, number)
    if (run && reply) current = withReply(current, withRun(reply, run))
  }
  if (current.running !== null) settle(current.running)
  for (const entry of tail.entries) {
    const folded = foldEntries(current, [entry], digest)
    if (folded.behind !== null) return folded
    current = folded.state
    if (entry.type === 'generation-started' && current.running !== null) settle(current.running)
  }
  return { state: current, behind: null }
}

/** A run from 0 replaces the text (the follower asked for it because its text was wrong); any other run continues it. */
function withRun(reply: Reply, run: Run): Reply {
  if (reply.ended) return reply
  if (run.at === 0) {
    const end = byteLength(run.text)
    return end >= reply.end || !run.text.startsWith(reply.text.slice(0, run.text.length))
      ? { ...reply, text: run.text, end, marks: run.marks }
      : reply
  }
  const grown = growReply(reply, run.at, run.text)
  // Even a run that adds no bytes may bring a mark that has no bytes yet.
  return grown.result !== 'gap' && grown.reply.end === run.at + byteLength(run.text)
    ? { ...grown.reply, marks: run.marks }
    : reply
}

function isBehind(state: RoomState, heartbeat: Heartbeat): boolean {
  if (heartbeat.epoch !== state.epoch || heartbeat.offset > state.offset) return true
  if (heartbeat.offset < state.offset) return false
  return heartbeat.end > (runningReply(state)?.end ?? 0)
}
