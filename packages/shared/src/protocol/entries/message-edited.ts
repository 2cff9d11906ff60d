import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

/** Its author has given a message another text; a question that waits will be asked with it. */
export const messageEditedSchema = v.object({
  ...place,
  type: v.literal('message-edited'),
  messageId: idSchema,
  by: idSchema,
  text: v.string(),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
})
