// The index card of an entry: all that a log has to know about it to find it again, so that the log itself need not know what
// any entry means.
import type { EntryType, MemberId, Role } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import { ENTRIES, type EntryKind } from './entries.ts'

/** The words of a card. */
export interface Card {
  /** Decisions may depend on it: whoever has decided without knowing it has to decide again. */
  readonly rules: boolean
  /** A message or an answer begins with it, and is found by this name. */
  readonly begins?: string
  /** Who begins it. */
  readonly by?: string
  /** It says something later about what was begun under that name: the newest of its kind (`as`) is given with it. */
  readonly about?: { readonly subject: string; readonly as: string }
  /** Other things that are found by a name. */
  readonly index?: Readonly<Record<string, string>>
  /** Somebody is a member from now on, or is gone. */
  readonly member?:
    | { readonly id: MemberId; readonly is: { readonly name: string; readonly role: Role } }
    | { readonly id: MemberId; readonly gone: 'left' | 'removed' }
  /** A generation runs from now on. Its fence is its number, unless it had another before it was lost. */
  readonly starts?: {
    readonly id: string
    readonly number: string
    readonly message: string
    readonly fence?: string
  }
  /** The generation that runs no more. */
  readonly ends?: string
}

const TYPES = Object.keys(ENTRIES) as EntryType[]
/** The types of entries that begin a message or an answer. */
export const BEGINNINGS = TYPES.filter((type) => ENTRIES[type].begins)
/** The types of entries that say something later about one. */
export const LATER = TYPES.filter((type) => ENTRIES[type].later !== undefined)
/** The kinds (`as`) of such entries. */
export const LATER_KINDS = [...new Set(LATER.map((type) => ENTRIES[type].later ?? ''))]

/** Gives the card of an entry. Of one of a later version it only says that decisions may depend on it. */
export function cardOf(draft: Draft): Card {
  const { type } = draft
  if (!Object.hasOwn(ENTRIES, type)) return { rules: doesRule(type) }
  const { card, later: as = '' } = ENTRIES[type] as EntryKind<EntryType>
  const { about: subject, ...drafted } = card?.(draft) ?? {}
  const about = subject === undefined ? {} : { about: { subject, as } }
  return { rules: doesRule(type), ...drafted, ...about }
}

/** Whether decisions may depend on an entry of this type; on one of a later version they may. */
export function doesRule(type: string): boolean {
  return !Object.hasOwn(ENTRIES, type) || ENTRIES[type as EntryType].rules
}

/** The part of a room that is shown, or asked for, without reading the room. */
export interface Front {
  readonly title: string
  /** The question that could start as soon as somebody runs it, while nothing runs; empty: none. */
  readonly waits: string
}

export function frontOf({ title, queue, held }: Docket): Front {
  return { title, waits: held ? '' : (queue[0]?.messageId ?? '') }
}

/** The members of an object as they stand between the braces of its JSON. */
export function membersOf(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}
