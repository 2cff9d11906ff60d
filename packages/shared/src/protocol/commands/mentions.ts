import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { LIMITS } from '../limits.ts'

/** The length is checked first, so that a list of a hundred thousand ids costs nothing. */
export const mentionsSchema = v.optional(
  v.pipe(
    v.custom<unknown[]>(
      (input) => Array.isArray(input) && input.length <= LIMITS.mentions,
      `Invalid length: Expected a list of at most ${LIMITS.mentions}`,
    ),
    v.array(idSchema),
  ),
)
