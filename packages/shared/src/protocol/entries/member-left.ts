import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** A member left (`by` is the same id), or the owner removed them; no invite lets a removed member in again. */
export const memberLeftSchema = v.object({
  ...place,
  type: v.literal('member-left'),
  memberId: idSchema,
  by: idSchema,
})
