import * as v from 'valibot'
import { idSchema } from './ids.ts'

/** A quoted passage. `of`: the message or generation it was taken from. `by`: its author; absent: Claude. */
export const quoteSchema = v.object({
  of: idSchema,
  by: v.optional(idSchema),
  text: v.string(),
})
export type Quote = Readonly<v.InferOutput<typeof quoteSchema>>
