import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Take back an own question that still waits. */
export const withdrawSchema = v.object({
  type: v.literal('withdraw'),
  ...sent,
  messageId: idSchema,
})
