// The announcements in which nodes tell each other about the members of one room: always the whole list of one node.
import { countSchema, idSchema, type Look, LOOKS, type MemberId } from '@roomcast/shared/protocol'
import * as v from 'valibot'
import { nearest, type PresentMembers } from './presence.ts'

const announcementSchema = v.object({
  node: idSchema,
  /** Grows with every change of a list; one counter for all rooms of a node. */
  version: countSchema,
  /** How long the announcement is valid without being repeated, ms. */
  holds: countSchema,
  /**
   * The member, when they arrived (ms since 1970 by the clock of Redis), whether they are writing, and their look, which
   * earlier versions neither send nor keep.
   */
  members: v.pipe(
    v.array(
      v.union([
        v.tuple([idSchema, countSchema, v.boolean(), v.picklist(LOOKS)]),
        v.tuple([idSchema, countSchema, v.boolean()]),
      ]),
    ),
    v.readonly(),
  ),
})
export type Announcement = Readonly<v.InferOutput<typeof announcementSchema>>
export type Announced = Announcement['members']

/** Gives null if the text is not an announcement, or one of an incompatible version. */
export function readAnnouncement(text: string): Announcement | null {
  try {
    const { success, output } = v.safeParse(announcementSchema, JSON.parse(text))
    return success ? output : null
  } catch {
    return null
  }
}

/**
 * Merges several lists: each member once, in the order of first arrival, writing if they write anywhere, with the look that is
 * nearest to the live text.
 */
export function mergeAnnounced(lists: readonly Announced[]): PresentMembers {
  const merged = new Map<MemberId, Merged>()
  for (const [memberId, arrival, typing, look] of lists.flat()) {
    const known = merged.get(memberId)
    merged.set(memberId, {
      memberId,
      arrival: Math.min(arrival, known?.arrival ?? arrival),
      typing: typing || (known?.typing ?? false),
      look: nearest([look, known?.look]),
    })
  }
  return [...merged.values()]
    .sort((one, other) => one.arrival - other.arrival || (one.memberId < other.memberId ? -1 : 1))
    .map(({ memberId, typing, look }) => ({
      memberId,
      typing,
      ...(look === undefined ? {} : { look }),
    }))
}

interface Merged {
  readonly memberId: MemberId
  readonly arrival: number
  readonly typing: boolean
  readonly look: Look | undefined
}
