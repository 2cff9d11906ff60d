import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { quoteSchema } from '../quote.ts'
import { place } from './place.ts'

/**
 * `ask`: this is a question to Claude, answered by `model` if given, otherwise by the room's model.
 * `mentions`: the members it mentions.
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
