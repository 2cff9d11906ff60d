import * as v from 'valibot'
import { countSchema, idSchema } from '../ids.ts'
import { place } from './place.ts'

/** A new invite link, valid for anyone until that time (ms since 1970) or until the links of the room are ended. */
export const inviteMadeSchema = v.object({
  ...place,
  type: v.literal('invite-made'),
  inviteId: idSchema,
  by: idSchema,
  until: countSchema,
})
