import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

export const questionWithdrawnSchema = v.object({
  ...place,
  type: v.literal('question-withdrawn'),
  messageId: idSchema,
  by: idSchema,
})
