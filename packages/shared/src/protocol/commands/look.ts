import * as v from 'valibot'
import { sent } from './sent.ts'

/** Where this connection's reader is; valid until the next `look`. */
export const lookSchema = v.object({
  type: v.literal('look'),
  ...sent,
  look: v.picklist(['live', 'above', 'away']),
})
