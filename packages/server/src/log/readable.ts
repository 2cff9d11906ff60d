// What was stored, read back: whatever cannot be read costs no more than itself.
//
// An entry keeps what can be read of it. One of which nothing can be understood keeps its place in the order, as an
// entry of a type that nobody knows: the rest of the room is read on.
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
 * An entry from its JSON.
 * @param place its offset, where that is known beside it; null: it is taken from the entry itself
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
  // Of a type that the fold passes over as it does one of a later version.
  return { offset, at, type: UNREADABLE } as unknown as Entry
}

/** A checkpoint from its JSON; null when it cannot be read, and then the room is folded from its beginning. */
export function readState(json: string): RoomState | null {
  const value = valueOf(json)
  return v.is(roomStateSchema, value) ? value : null
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    // ignored because: what is no JSON fits no schema, which is said of it there
    return undefined
  }
}
