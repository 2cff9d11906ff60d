import * as v from 'valibot'
import { idSchema } from './ids.ts'

/** A passage that a message answers to: `of` is the message or generation that it was taken from, `by` who said it (none: Claude). */
export const quoteSchema = v.object({
  of: idSchema,
  by: v.optional(idSchema),
  text: v.string(),
})
export type Quote = Readonly<v.InferOutput<typeof quoteSchema>>
