import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** The question waits at the end of the queue. */
export const questionQueuedSchema = v.object({
  ...place,
  type: v.literal('question-queued'),
  messageId: idSchema,
})
