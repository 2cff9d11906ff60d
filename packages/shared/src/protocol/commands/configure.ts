import * as v from 'valibot'
import { titleSchema } from '../http.ts'
import { LIMITS } from '../limits.ts'
import { INVITERS } from '../vocabulary.ts'
import { sent } from './sent.ts'

/** Change the room's title, how Claude answers in it, and which members may invite; for its owner only. */
export const configureSchema = v.object({
  type: v.literal('configure'),
  ...sent,
  title: v.optional(titleSchema),
  model: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.modelLength))),
  instructions: v.optional(
    v.pipe(
      v.string(),
      v.transform((instructions) => instructions.toWellFormed()),
      v.maxLength(LIMITS.instructionsLength),
    ),
  ),
  inviters: v.optional(v.picklist(INVITERS)),
  thinking: v.optional(v.boolean()),
})
