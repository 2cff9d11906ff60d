import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** The author changed the text of a message; a waiting question will be asked with the new text. */
export const messageEditedSchema = v.object({
  ...place,
  type: v.literal('message-edited'),
  messageId: idSchema,
  by: idSchema,
  text: v.string(),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
})
