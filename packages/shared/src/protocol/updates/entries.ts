import * as v from 'valibot'
import { anyEntrySchema, type Entry, type UnknownEntry } from '../entry.ts'
import { idSchema } from '../ids.ts'

/** Entries that follow directly on those already sent. */
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
