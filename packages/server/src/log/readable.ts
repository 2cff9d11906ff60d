// Reads stored data back. Unreadable data never makes anything else unreadable.
//
// An entry keeps the fields that can be read. An entry that makes no sense at all keeps its offset, as an entry of an unknown
// type, so the rest of the room can still be read.
import {
  countSchema,
  type Entry,
  entrySchema,
  type RoomState,
  roomStateSchema,
  unknownEntrySchema,
} from '@roomcast/shared/protocol'
import * as v from 'valibot'

/** The type of an entry that cannot be read. */
export const UNREADABLE = 'unreadable'

/**
 * Gives an entry from its JSON.
 * @param place its offset, if known from elsewhere; null: it is taken from the entry itself
 */
export function readEntry(json: string, place: number | null): Entry {
  const value = valueOf(json)
  const fields = typeof value === 'object' && value !== null ? value : {}
  const offset =
    place ?? ('offset' in fields && v.is(countSchema, fields.offset) ? fields.offset : 0)
  const entry = { ...fields, offset }
  const { issues } = v.safeParse(entrySchema, entry)
  if (!issues || v.is(unknownEntrySchema, entry)) return entry as Entry
  const faulty = new Set(issues.map(({ path }) => path?.[0].key))
  const rest = Object.fromEntries(Object.entries(entry).filter(([name]) => !faulty.has(name)))
  if (v.is(entrySchema, rest)) return rest
  const at = 'at' in fields && v.is(countSchema, fields.at) ? fields.at : 0
  // The fold skips this type, as it skips entries of a later version.
  return { offset, at, type: UNREADABLE } as unknown as Entry
}

/** Gives a checkpoint from its JSON; null if it cannot be read: then the room is folded from its beginning. */
export function readState(json: string): RoomState | null {
  const value = valueOf(json)
  return v.is(roomStateSchema, value) ? value : null
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    // ignored because: undefined fits no schema, so invalid JSON is treated as unreadable by the caller
    return undefined
  }
}
