import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { mentionsSchema } from './mentions.ts'
import { sent } from './sent.ts'

/** Change the text of one's own message. */
export const editSchema = v.object({
  type: v.literal('edit'),
  ...sent,
  messageId: idSchema,
  text: v.string(),
  mentions: mentionsSchema,
})
