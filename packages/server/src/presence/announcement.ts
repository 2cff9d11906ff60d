// What nodes tell each other about the members of one room: always the whole list of one node.
import { countSchema, idSchema, type MemberId } from '@roomcast/shared/protocol'
import * as v from 'valibot'
import type { PresentMembers } from './presence.ts'

const announcementSchema = v.object({
  node: idSchema,
  /** Grows with every change of the list, over all rooms of a node. */
  version: countSchema,
  /** How long it holds without being repeated, ms. */
  holds: countSchema,
  /** The member, when they came (ms since 1970 by the clock of Redis), whether they are writing. */
  members: v.pipe(v.array(v.tuple([idSchema, countSchema, v.boolean()])), v.readonly()),
})
export type Announcement = Readonly<v.InferOutput<typeof announcementSchema>>
export type Announced = Announcement['members']

/** Gives null for what is no announcement, such as one of another version of this program. */
export function readAnnouncement(text: string): Announcement | null {
  try {
    const { success, output } = v.safeParse(announcementSchema, JSON.parse(text))
    return success ? output : null
  } catch {
    return null
  }
}

/** One list of several: each member once, in the order of their first arrival, writing if they do so anywhere. */
export function mergeAnnounced(lists: readonly Announced[]): PresentMembers {
  const merged = new Map<MemberId, { memberId: MemberId; arrival: number; typing: boolean }>()
  for (const [memberId, arrival, typing] of lists.flat()) {
    const known = merged.get(memberId)
    merged.set(memberId, {
      memberId,
      arrival: Math.min(arrival, known?.arrival ?? arrival),
      typing: typing || (known?.typing ?? false),
    })
  }
  return [...merged.values()]
    .sort((one, other) => one.arrival - other.arrival || (one.memberId < other.memberId ? -1 : 1))
    .map(({ memberId, typing }) => ({ memberId, typing }))
}
