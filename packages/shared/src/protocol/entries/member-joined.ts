import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { ROLES } from '../vocabulary.ts'
import { place } from './place.ts'

/** Also sent again for a member whose name or role changed. */
export const memberJoinedSchema = v.object({
  ...place,
  type: v.literal('member-joined'),
  memberId: idSchema,
  name: v.string(),
  role: v.picklist(ROLES),
})
