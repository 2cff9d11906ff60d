import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { ROLES } from '../vocabulary.ts'
import { place } from './place.ts'

/** Written again when a member's name or role changes. */
export const memberJoinedSchema = v.object({
  ...place,
  type: v.literal('member-joined'),
  memberId: idSchema,
  name: v.string(),
  role: v.picklist(ROLES),
})
