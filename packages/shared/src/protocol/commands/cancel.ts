import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { sent } from './sent.ts'

/** Stop a generation for everyone. */
export const cancelSchema = v.object({
  type: v.literal('cancel'),
  ...sent,
  generationId: idSchema,
  reason: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.reasonLength))),
})
