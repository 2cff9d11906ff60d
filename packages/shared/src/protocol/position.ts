import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'

/**
 * How far a follower of a room has read: the incarnation of the log, the last entry, and the number of bytes it has
 * of the reply that was running at that point (0 if none was).
 */
export const positionSchema = v.object({
  epoch: idSchema,
  offset: countSchema,
  end: countSchema,
  /** The time of the follower's last entry. It differs if another entry now has that offset (after a failover). */
  at: v.optional(countSchema),
})
export type Position = Readonly<v.InferOutput<typeof positionSchema>>
