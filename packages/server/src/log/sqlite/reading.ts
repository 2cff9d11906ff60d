// Reads rooms: their present state, and their older messages.
import type { Entry, RoomId, Run } from '@roomcast/shared/protocol'
import { CHECKPOINT_VERSION } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import type { Page, Reading } from '../entry-log.ts'
import { readState } from '../readable.ts'
import type { Database } from './database.ts'
import { type Entries, subjectOf } from './entries.ts'
import type { Replies } from './replies.ts'

/** The room from its checkpoint on; a checkpoint of another version is not used. */
export function readRoom(
  database: Database,
  entries: Entries,
  replies: Replies,
  roomId: RoomId,
): Reading {
  const room = entries.room(roomId)
  const saved = database.get<{ state: string }>(
    'SELECT state FROM checkpoints WHERE room_id = ? AND version = ?',
    roomId,
    CHECKPOINT_VERSION,
  )
  const checkpoint = (saved && readState(saved.state)) ?? emptyRoom(roomId, room.epoch)
  const after = entries.after(roomId, checkpoint.offset)
  return { checkpoint, entries: after, runs: runsOf(replies, roomId, after) }
}

/** Up to `limit` messages before an offset, with the later entries about them. */
export function readPage(
  entries: Entries,
  replies: Replies,
  roomId: RoomId,
  before: number,
  limit: number,
): Page {
  entries.room(roomId)
  const found = entries.messagesBefore(roomId, before, limit + 1)
  const earlier = found.length > limit
  const messages = earlier ? found.slice(1) : found
  const about = messages.flatMap((entry) => {
    const subject = subjectOf(entry)
    return subject === null ? [] : entries.later(roomId, subject)
  })
  const all = [...messages, ...about].sort((one, other) => one.offset - other.offset)
  return { entries: all, runs: runsOf(replies, roomId, messages), earlier }
}

function runsOf(replies: Replies, roomId: RoomId, entries: readonly Entry[]): Run[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'generation-started') return []
    const row = replies.byNumber(roomId, entry.number)
    return row ? [replies.read(roomId, row)] : []
  })
}
