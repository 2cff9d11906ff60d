// Updates: what the server tells a connection, all through the one Socket.IO event `update`. One file for each, in updates/.
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

/** Tells the short array from the named updates. */
export function isDelta(update: Update): update is Delta {
  return Array.isArray(update)
}

/**
 * Parses what came over the wire; gives null for an update this version does not know, which is to be ignored. What it
 * cannot read of the entries, messages and members in it keeps its place (see `reading.ts`).
 * @param after the offset after which this follower has asked for what is missing; null: it has not
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
