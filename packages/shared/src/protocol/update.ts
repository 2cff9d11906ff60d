// Updates: what the server tells a connection, all through the one Socket.IO event `update`.
import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'
import { anyEntrySchema, type Entry, type UnknownEntry } from './entry.ts'
import { type Mark, markSchema, type RoomState, roomStateSchema } from './room-state.ts'
import { type Delta, deltaSchema } from './delta.ts'
import { errorSchema } from './error.ts'
import { readEntries, readState } from './reading.ts'

/** The whole room at a position: replaces what the client has. */
export const snapshotSchema = v.object({ type: v.literal('snapshot'), state: roomStateSchema })
export type Snapshot = { readonly type: 'snapshot'; readonly state: RoomState }

/** Bytes of one reply from `at` on, with all marks of that reply; from 0 it replaces what was there. */
export const runSchema = v.object({
  number: countSchema,
  at: countSchema,
  text: v.string(),
  marks: v.pipe(v.array(markSchema), v.readonly()),
})
export type Run = {
  readonly number: number
  readonly at: number
  readonly text: string
  readonly marks: readonly Mark[]
}

/** Only what is missing after the position that the client named: entries, and the text they need. */
export const tailSchema = v.object({
  type: v.literal('tail'),
  epoch: idSchema,
  runs: v.array(runSchema),
  entries: v.array(anyEntrySchema),
})
export type Tail = {
  readonly type: 'tail'
  readonly epoch: string
  readonly runs: readonly Run[]
  readonly entries: readonly (Entry | UnknownEntry)[]
}

export const entriesSchema = v.object({
  type: v.literal('entries'),
  epoch: idSchema,
  entries: v.array(anyEntrySchema),
})
export type Entries = {
  readonly type: 'entries'
  readonly epoch: string
  readonly entries: readonly (Entry | UnknownEntry)[]
}

/** Everything up to now has been sent; what follows is live. */
export const syncedSchema = v.object({ type: v.literal('synced') })

/**
 * How a member is with the running answer: at its live end, reading further up, too slow to keep up, or with the page
 * out of sight. Of several windows the one nearest to it counts, in this order.
 */
export const LOOKS = ['live', 'above', 'behind', 'away'] as const
export type Look = (typeof LOOKS)[number]

/** Who is here now; always the whole list. `look` is missing where it was not told. */
export const presenceSchema = v.object({
  type: v.literal('presence'),
  members: v.array(
    v.object({ memberId: idSchema, typing: v.boolean(), look: v.optional(v.picklist(LOOKS)) }),
  ),
})
export type Presence = {
  readonly type: 'presence'
  readonly members: readonly {
    readonly memberId: string
    readonly typing: boolean
    readonly look?: Look | undefined
  }[]
}

/** How far the room has come, so that silence and loss can be told apart. `end`: bytes of the running reply. */
export const heartbeatSchema = v.object({
  type: v.literal('heartbeat'),
  epoch: idSchema,
  offset: countSchema,
  end: countSchema,
})
export type Heartbeat = Readonly<v.InferOutput<typeof heartbeatSchema>>

/**
 * Whether this node can save anything: with an error it cannot (`storage-unavailable`, `storage-full`), with null it can
 * again, and everything up to now has been sent. Where nothing is said before `synced`, it can.
 */
export const storageSchema = v.object({
  type: v.literal('storage'),
  error: v.nullable(errorSchema),
})
export type StorageUpdate = Readonly<v.InferOutput<typeof storageSchema>>

/** The server ends this connection, and why; `retryable` says whether to come back. */
export const closedSchema = v.object({ type: v.literal('closed'), error: errorSchema })

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
  | Snapshot
  | Tail
  | Entries
  | { readonly type: 'synced' }
  | Presence
  | Heartbeat
  | StorageUpdate
  | { readonly type: 'closed'; readonly error: v.InferOutput<typeof errorSchema> }
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
