import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** A queue that was held after a stop resumes. */
export const queueResumedSchema = v.object({
  ...place,
  type: v.literal('queue-resumed'),
  by: idSchema,
})
