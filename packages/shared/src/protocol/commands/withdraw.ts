import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Withdraw one's own question while it is still waiting. */
export const withdrawSchema = v.object({
  type: v.literal('withdraw'),
  ...sent,
  messageId: idSchema,
})
