// Nothing is written that our own schemas could not read back: such an entry would make a room unreadable for good, on every
// screen.
//
// Invalid data that got past the border is a bug of this program: it is reported and refused as `internal`, and nothing is
// written. An end is written all the same, without its unreadable fields, so that no answer runs for ever.
import {
  deltaSchema,
  entrySchema,
  idSchema,
  markSchema,
  type RoomState,
  roomStateSchema,
} from '@roomcast/shared/protocol'
import { type EndDetails, endDetails } from '@roomcast/shared/room'
import * as v from 'valibot'
import type { NewEnd } from '../decide/commands.ts'
import type { FinalBytes } from '../decide/end.ts'
import type { Draft } from '../decide/draft.ts'

/**
 * Receives the call that would have written unreadable data, and the field, such as `end` and
 * `generation-ended.usage.inputTokens`.
 */
export type OnFault = (call: string, where: string) => void

/** Placeholders for values that only the log knows. */
const SOME_PLACE = { offset: 1, at: 0 }
const SOME_SEAL = { end: 0, digest: '' }

/** The fields that an end can do without. */
const DISPENSABLE = [
  'reason',
  'stop',
  'error',
  'usage',
  'omitted',
] as const satisfies readonly (keyof EndDetails)[]

/** The first field that cannot be read, with its entry, such as `message-posted.text`; null: all fields can be read. */
export function faultIn(drafts: readonly Draft[]): string | null {
  for (const draft of drafts) {
    const fault = faultOf(entrySchema, { ...SOME_PLACE, ...SOME_SEAL, ...draft })
    if (fault !== null) return `${draft.type}.${fault}`
  }
  return null
}

/** Gives the name of the first value that is not an id; null: all are ids. Ids become parts of keys. */
export function faultInIds(ids: Readonly<Record<string, unknown>>): string | null {
  return Object.keys(ids).find((name) => !v.is(idSchema, ids[name])) ?? null
}

/** Gives the first field of reply bytes that cannot be read; null: all can be read. */
export function faultInBytes({ at, text, mark }: FinalBytes, number: number): string | null {
  return (
    faultOf(deltaSchema, [number, at, text]) ??
    faultOf(markSchema, { kind: mark ?? 'text', from: at })
  )
}

/** Gives the first field of a state that cannot be read; null: all can be read. */
export function faultInState(state: RoomState): string | null {
  return faultOf(roomStateSchema, state)
}

/** Drops the unreadable fields of an end. @param onFault receives the first of them */
export function readableEnd(end: NewEnd, onFault: (where: string) => void): NewEnd {
  const faults = new Map<string, string>()
  for (const name of DISPENSABLE) {
    const details = { [name]: end[name] } as EndDetails
    const fault = faultIn([{ ...BARE, ...endDetails(details) }])
    if (fault !== null) faults.set(name, fault)
  }
  const fault = end.final ? faultInBytes(end.final, 1) : null
  if (fault !== null) faults.set('final', `final.${fault}`)
  const [first] = faults.values()
  if (first === undefined) return end
  onFault(first)
  const kept = Object.entries(end).filter(([name]) => !faults.has(name))
  return Object.fromEntries(kept) as unknown as NewEnd
}

const BARE = {
  type: 'generation-ended',
  generationId: 'id',
  number: 1,
  outcome: 'completed',
  held: false,
} as const

function faultOf(schema: v.GenericSchema, value: unknown): string | null {
  const { issues } = v.safeParse(schema, value, { abortEarly: true })
  return issues ? (v.getDotPath(issues[0]) ?? 'whole') : null
}
