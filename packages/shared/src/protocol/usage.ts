import * as v from 'valibot'
import { countSchema } from './ids.ts'

/** Tokens of one generation. `estimated`: Claude did not get to report the final numbers. */
export const usageSchema = v.object({
  inputTokens: countSchema,
  outputTokens: countSchema,
  estimated: v.boolean(),
})
export type Usage = Readonly<v.InferOutput<typeof usageSchema>>
