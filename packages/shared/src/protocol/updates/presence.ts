import * as v from 'valibot'
import { idSchema } from '../ids.ts'

/**
 * Where a member is in the running answer: at its live end, reading further up, too slow to keep up, or with the page
 * hidden. If a member has several windows, the first look in this order counts.
 */
export const LOOKS = ['live', 'above', 'behind', 'away'] as const
export type Look = (typeof LOOKS)[number]

/** The members who are present, always the whole list. `look` is absent if a member's client has not sent one. */
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
