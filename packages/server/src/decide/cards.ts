// Makes the index cards of entries (card.ts).
import type { EntryType } from '@roomcast/shared/protocol'
import type { Card } from './card.ts'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import { ENTRIES, type EntryKind } from './entries.ts'

const TYPES = Object.keys(ENTRIES) as EntryType[]
/** The types of entries that begin a message or an answer. */
export const BEGINNINGS = TYPES.filter((type) => ENTRIES[type].begins)
/** The types of entries about an earlier message or answer. */
export const LATER = TYPES.filter((type) => ENTRIES[type].later !== undefined)
/** The kinds (`as`) of such entries. */
export const LATER_KINDS = [...new Set(LATER.map((type) => ENTRIES[type].later ?? ''))]

/** Gives the card of an entry. For an entry of a later version the card only says that decisions may depend on it. */
export function cardOf(draft: Draft): Card {
  const { type } = draft
  if (!Object.hasOwn(ENTRIES, type)) return { rules: doesRule(type) }
  const { card, later: as = '' } = ENTRIES[type] as EntryKind<EntryType>
  const { about: subject, ...drafted } = card?.(draft) ?? {}
  const about = subject === undefined ? {} : { about: { subject, as } }
  return { rules: doesRule(type), ...drafted, ...about }
}

/** Whether decisions may depend on an entry of this type. They may depend on any entry of a later version. */
export function doesRule(type: string): boolean {
  return !Object.hasOwn(ENTRIES, type) || ENTRIES[type as EntryType].rules
}

/** The part of a room that can be shown or queried without reading the room. */
export interface Front {
  readonly title: string
  /** The question that could start at once, provided that nothing runs and a node has a slot; empty: none. */
  readonly waits: string
}

export function frontOf({ title, queue, held }: Docket): Front {
  return { title, waits: held ? '' : (queue[0]?.messageId ?? '') }
}

/** The JSON of an object without its braces. */
export function membersOf(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}
