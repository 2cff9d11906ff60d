import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { quoteSchema } from '../quote.ts'
import { place } from './place.ts'

/**
 * `ask`: this is a question to Claude, to be answered by `model` if there is one, else by the room's.
 * `mentions`: members whom it calls by name.
 */
export const messagePostedSchema = v.object({
  ...place,
  type: v.literal('message-posted'),
  messageId: idSchema,
  by: idSchema,
  text: v.string(),
  ask: v.boolean(),
  quote: v.optional(quoteSchema),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
  model: v.optional(v.string()),
})
