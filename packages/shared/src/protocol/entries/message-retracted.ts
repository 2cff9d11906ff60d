import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** Nobody sees the message any more, nor does Claude; a waiting question leaves the queue. */
export const messageRetractedSchema = v.object({
  ...place,
  type: v.literal('message-retracted'),
  messageId: idSchema,
  by: idSchema,
})
