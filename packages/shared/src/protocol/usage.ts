import * as v from 'valibot'
import { countSchema } from './ids.ts'

/** Tokens of one generation. `estimated`: the stream ended before Claude reported the final numbers. */
export const usageSchema = v.object({
  inputTokens: countSchema,
  outputTokens: countSchema,
  estimated: v.boolean(),
})
export type Usage = Readonly<v.InferOutput<typeof usageSchema>>
