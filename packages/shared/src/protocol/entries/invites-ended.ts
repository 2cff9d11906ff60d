import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** All earlier invite links stop working. A removal ends them too, without this entry. */
export const invitesEndedSchema = v.object({
  ...place,
  type: v.literal('invites-ended'),
  by: idSchema,
})
