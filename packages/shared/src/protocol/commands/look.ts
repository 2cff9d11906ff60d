import * as v from 'valibot'
import { sent } from './sent.ts'

/** Where this connection's reader is; holds until it is told anew. */
export const lookSchema = v.object({
  type: v.literal('look'),
  ...sent,
  look: v.picklist(['live', 'above', 'away']),
})
