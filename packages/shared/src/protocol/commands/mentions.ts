import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { LIMITS } from '../limits.ts'

/** How long it is comes first: nobody looks at a hundred thousand ids. */
export const mentionsSchema = v.optional(
  v.pipe(
    v.custom<unknown[]>(
      (input) => Array.isArray(input) && input.length <= LIMITS.mentions,
      `Invalid length: Expected a list of at most ${LIMITS.mentions}`,
    ),
    v.array(idSchema),
  ),
)
