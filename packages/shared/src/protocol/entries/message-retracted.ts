import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** A message is shown to nobody any more, Claude included; a question that waits leaves the queue. */
export const messageRetractedSchema = v.object({
  ...place,
  type: v.literal('message-retracted'),
  messageId: idSchema,
  by: idSchema,
})
