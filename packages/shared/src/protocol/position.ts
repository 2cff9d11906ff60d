import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'

/**
 * How far a follower of a room has come: the incarnation of the log, the last entry, and the bytes
 * it has of the reply that was running then (0 when none was).
 */
export const positionSchema = v.object({ epoch: idSchema, offset: countSchema, end: countSchema })
export type Position = Readonly<v.InferOutput<typeof positionSchema>>
