import * as v from 'valibot'
import { countSchema, idSchema } from '../ids.ts'
import { usageSchema } from '../usage.ts'
import { OUTCOMES } from '../vocabulary.ts'
import { place } from './place.ts'

/**
 * `end`: final length of the reply in UTF-8 bytes; `digest`: SHA-256 of them, hex. `by`, `reason`: the member
 * who stopped it, and why, with `cancelled`. `stop`: Claude's own stop reason, with `completed`. `error`: with
 * `failed` and `interrupted`. `held`: the queue waits until a member resumes it.
 */
export const generationEndedSchema = v.object({
  ...place,
  type: v.literal('generation-ended'),
  generationId: idSchema,
  number: countSchema,
  outcome: v.picklist(OUTCOMES),
  end: countSchema,
  digest: v.string(),
  held: v.boolean(),
  by: v.optional(idSchema),
  reason: v.optional(v.string()),
  stop: v.optional(v.string()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  usage: v.optional(usageSchema),
  /** Older messages did not fit into the prompt. */
  omitted: v.optional(v.boolean()),
})
