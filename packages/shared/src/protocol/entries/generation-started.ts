import * as v from 'valibot'
import { countSchema, idSchema } from '../ids.ts'
import { MODES } from '../vocabulary.ts'
import { place } from './place.ts'

/**
 * `number` counts the generations of a room from 1; deltas refer to it. `messageId` is the question, which
 * leaves the queue if it was waiting there; `of` is the generation that a retry or continue refers to.
 */
export const generationStartedSchema = v.object({
  ...place,
  type: v.literal('generation-started'),
  generationId: idSchema,
  number: countSchema,
  mode: v.picklist(MODES),
  messageId: idSchema,
  of: v.optional(idSchema),
  by: idSchema,
  model: v.string(),
})
