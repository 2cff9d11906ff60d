// Reads as much as possible of data from the wire. A server may be newer, older or wrong; an unreadable part must not
// cost the readable rest.
//
// Guarantees: data of the documented shape is read unchanged; an optional field with a wrong value is left out; a message
// or entry with too little left keeps its place and is marked as unreadable. Nothing here throws.
import * as v from 'valibot'
import { type Entry, entrySchema, type UnknownEntry, unknownEntrySchema } from './entry.ts'
import { countSchema } from './ids.ts'
import {
  memberSchema,
  type Message,
  messageSchema,
  type RoomState,
  roomStateSchema,
} from './room-state.ts'
import { UNREADABLE, unreadableMessage } from './unreadable.ts'

/** Attempts to read a value: each leaves out the wrong fields one level further up. */
const TRIES = 4
/** Replacements for required fields whose value is wrong or not known yet. */
const FALLBACKS = { mode: 'answer', outcome: 'failed', role: 'member', held: false, model: '' }

/** The input without its wrong fields, as far as it fits the schema; undefined if too little is left. */
export function readable<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
): v.InferOutput<S> | undefined {
  let value = input
  for (let tried = 0; tried < TRIES; tried++) {
    const { success, output, issues } = v.safeParse(schema, value)
    if (success) return output
    if (!isRecord(value)) return undefined
    for (const { path } of issues) {
      const keys = (path ?? []).map(({ key }) => key as PropertyKey)
      value = withoutWrong(value, keys.slice(0, Math.max(keys.length - tried, 1)))
    }
  }
  return undefined
}

/**
 * Reads the entries of an update, each with its offset. Entries follow one another without gaps, so an unreadable offset is
 * known from the others.
 * @param after the offset before the first entry, for when no offset is readable; null: the entries are then left out
 */
export function readEntries(input: unknown, after: number | null): (Entry | UnknownEntry)[] | null {
  if (!Array.isArray(input)) return null
  const known = input.findIndex((entry) => placeOf(entry) !== null)
  const first = known < 0 ? after && after + 1 : (placeOf(input[known]) ?? 0) - known
  if (first === null) return []
  return input.map((entry: unknown, index) => readEntry(entry, first + index))
}

function readEntry(input: unknown, offset: number): Entry | UnknownEntry {
  const entry = { ...(isRecord(input) ? input : {}), offset }
  const unknown = v.safeParse(unknownEntrySchema, entry)
  if (unknown.success) return unknown.output
  const read = readable(entrySchema, entry)
  if (read !== undefined && read.offset === offset) return read
  const at = 'at' in entry && v.is(countSchema, entry.at) ? entry.at : 0
  const was = 'type' in entry && typeof entry.type === 'string' ? { was: entry.type } : {}
  return { offset, at, type: UNREADABLE, ...was }
}

/** Reads messages in order; one without a readable offset is left out. */
export function readMessages(input: unknown): Message[] | null {
  if (!Array.isArray(input)) return null
  return input.flatMap((message: unknown) => {
    const read = readable(messageSchema, message)
    if (read !== undefined) return [read]
    const offset = placeOf(message)
    if (offset === null) return []
    const at = isRecord(message) && v.is(countSchema, message['at']) ? message['at'] : 0
    return [unreadableMessage(offset, at)]
  })
}

/** Reads a room; null if its essential fields are unreadable. `outdated` is set if any part of it was unreadable. */
export function readState(input: unknown): RoomState | null {
  if (!isRecord(input)) return null
  const messages = readMessages(input['messages'])
  const given: unknown = input['members']
  if (messages === null || !Array.isArray(given)) return null
  const members = given.flatMap((member: unknown) => readable(memberSchema, member) ?? [])
  const state = readable(roomStateSchema, { ...input, messages: [], members: [] })
  if (state === undefined) return null
  const isWhole =
    members.length === given.length &&
    messages.length === (input['messages'] as unknown[]).length &&
    !messages.some((message) => message.kind === 'said' && message.unreadable)
  return { ...state, messages, members, outdated: state.outdated || !isWhole }
}

function placeOf(input: unknown): number | null {
  return isRecord(input) && v.is(countSchema, input['offset']) ? input['offset'] : null
}

function isRecord(input: unknown): input is Readonly<Record<PropertyKey, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

/** The value without the field at this path, or with its fallback if the field is required and already left out. */
function withoutWrong(value: unknown, keys: readonly PropertyKey[]): unknown {
  const [key] = keys
  const isMissed = isRecord(value) && keys.length === 1 && key !== undefined && !(key in value)
  const fallback = Object.entries(FALLBACKS).find(([name]) => name === key)
  return isMissed && fallback ? { ...value, [fallback[0]]: fallback[1] } : without(value, keys)
}

/** A copy without the field at this path. */
function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined || !isRecord(value) || !(key in value)) return value
  const { [key]: inner, ...others } = value
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) }
}
