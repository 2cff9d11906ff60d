import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Continue an ended generation from where it broke off. */
export const continueSchema = v.object({
  type: v.literal('continue'),
  ...sent,
  generationId: idSchema,
})
