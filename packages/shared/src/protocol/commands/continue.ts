import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Go on where an ended generation broke off. */
export const continueSchema = v.object({
  type: v.literal('continue'),
  ...sent,
  generationId: idSchema,
})
