import * as v from 'valibot'
import { idSchema } from '../ids.ts'

/**
 * How a member is with the running answer: at its live end, reading further up, too slow to keep up, or with the page
 * out of sight. Of several windows the one nearest to it counts, in this order.
 */
export const LOOKS = ['live', 'above', 'behind', 'away'] as const
export type Look = (typeof LOOKS)[number]

/** Who is here now; always the whole list. `look` is missing where it was not told. */
export const presenceSchema = v.object({
  type: v.literal('presence'),
  members: v.array(
    v.object({ memberId: idSchema, typing: v.boolean(), look: v.optional(v.picklist(LOOKS)) }),
  ),
})
export type Presence = {
  readonly type: 'presence'
  readonly members: readonly {
    readonly memberId: string
    readonly typing: boolean
    readonly look?: Look | undefined
  }[]
}
