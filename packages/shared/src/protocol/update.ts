// Updates: messages from the server to a connection, all sent as the one Socket.IO event `update`. One file each, in updates/.
import * as v from 'valibot'
import { readEntries, readState } from './reading.ts'
import { type Closed, closedSchema } from './updates/closed.ts'
import { type Delta, deltaSchema } from './updates/delta.ts'
import { type Entries, entriesSchema } from './updates/entries.ts'
import { type Heartbeat, heartbeatSchema } from './updates/heartbeat.ts'
import { type Presence, presenceSchema } from './updates/presence.ts'
import { type Snapshot, snapshotSchema } from './updates/snapshot.ts'
import { storageSchema, type StorageUpdate } from './updates/storage.ts'
import { type Synced, syncedSchema } from './updates/synced.ts'
import { type Tail, tailSchema } from './updates/tail.ts'

export const namedUpdateSchema = v.variant('type', [
  snapshotSchema,
  tailSchema,
  entriesSchema,
  syncedSchema,
  presenceSchema,
  heartbeatSchema,
  storageSchema,
  closedSchema,
])
export const updateSchema = v.union([deltaSchema, namedUpdateSchema])

export type NamedUpdate =
  Snapshot | Tail | Entries | Synced | Presence | Heartbeat | StorageUpdate | Closed
export type Update = Delta | NamedUpdate

/** Tells a delta, which is an array, from the named updates. */
export function isDelta(update: Update): update is Delta {
  return Array.isArray(update)
}

/**
 * Parses an update from the wire. Returns null for an update that this version does not know, which callers ignore.
 * Unreadable entries and messages in it keep their places (see `reading.ts`).
 * @param after the offset from which this follower has asked to re-read; null: it has not asked
 */
export function parseUpdate(input: unknown, after: number | null = null): Update | null {
  const parsed = v.safeParse(updateSchema, input)
  if (parsed.success) return parsed.output
  if (typeof input !== 'object' || input === null) return null
  if ('state' in input) {
    const state = readState(input.state)
    return state && { type: 'snapshot', state }
  }
  const entries = 'entries' in input ? readEntries(input.entries, after) : null
  const rest = v.safeParse(v.union([tailSchema, entriesSchema]), { ...input, entries: [] })
  return rest.success && entries ? { ...rest.output, entries } : null
}
