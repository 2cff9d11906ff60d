import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { INVITERS } from '../vocabulary.ts'
import { place } from './place.ts'

/**
 * Absent settings stay the same. `model`, `instructions` and `thinking` (whether Claude is asked to think) apply to
 * generations that start from now on.
 */
export const settingsChangedSchema = v.object({
  ...place,
  type: v.literal('settings-changed'),
  by: idSchema,
  title: v.optional(v.string()),
  model: v.optional(v.string()),
  instructions: v.optional(v.string()),
  inviters: v.optional(v.picklist(INVITERS)),
  thinking: v.optional(v.boolean()),
})
