import * as v from 'valibot'
import { anyEntrySchema, type Entry, type UnknownEntry } from '../entry.ts'
import { countSchema, idSchema } from '../ids.ts'
import { type Mark, markSchema } from '../room-state.ts'

/** Bytes of one reply from `at` on, with all marks of that reply; a run from 0 replaces the text. */
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

/** Everything after the position that the client named: the entries, and the reply text they need. */
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
