import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** No link made before lets anybody in any more. A removal ends them too, without this entry. */
export const invitesEndedSchema = v.object({
  ...place,
  type: v.literal('invites-ended'),
  by: idSchema,
})
