import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'

/**
 * How far a follower of a room has come: the incarnation of the log, the last entry, and the bytes
 * it has of the reply that was running then (0 when none was).
 */
export const positionSchema = v.object({
  epoch: idSchema,
  offset: countSchema,
  end: countSchema,
  /** When the last entry was written, as whoever has it was told: another one may stand in its place by now. */
  at: v.optional(countSchema),
})
export type Position = Readonly<v.InferOutput<typeof positionSchema>>
