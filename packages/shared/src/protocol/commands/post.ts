import * as v from 'valibot'
import { LIMITS } from '../limits.ts'
import { quoteSchema } from '../quote.ts'
import { mentionsSchema } from './mentions.ts'
import { sent } from './sent.ts'

/** Post a message; with `ask` it is a question to Claude. */
export const postSchema = v.object({
  type: v.literal('post'),
  ...sent,
  text: v.string(),
  ask: v.boolean(),
  quote: v.optional(
    v.object({
      ...quoteSchema.entries,
      text: v.pipe(v.string(), v.maxLength(LIMITS.quoteLength)),
    }),
  ),
  mentions: mentionsSchema,
  /** A model listed by `GET /api/models`, for this question only. */
  model: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.modelLength))),
})
