import * as v from 'valibot'
import { positionSchema } from '../position.ts'
import { sent } from './sent.ts'

/** Watch this room (and no other on this connection), from `since` if the server can continue from there. */
export const joinSchema = v.object({
  type: v.literal('join'),
  ...sent,
  since: v.optional(positionSchema),
})
