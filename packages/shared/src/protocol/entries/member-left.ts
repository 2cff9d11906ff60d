import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** A member left (`by` is the same), or the owner has removed them, and then no invite lets them in again. */
export const memberLeftSchema = v.object({
  ...place,
  type: v.literal('member-left'),
  memberId: idSchema,
  by: idSchema,
})
