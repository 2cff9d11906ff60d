// What the scripts are given: JSON in pieces, which they splice into entries and never decode.
import { unreachable } from '@roomcast/shared/unreachable'
import type { Amendment } from '../room-log.ts'

/** A value as JSON; empty when there is none. */
export function jsonOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}

/** The members of an object as they stand between the braces of its JSON. */
export function membersOf(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}

/** The same with a comma in front, or nothing. Members that are undefined are left out. */
export function furtherMembersOf(object: object): string {
  const members = membersOf(object)
  return members === '' ? '' : `,${members}`
}

/** What the script of an amendment takes after the command and its sender. */
export function amendmentValues(amendment: Amendment): string[] {
  switch (amendment.type) {
    case 'edit': {
      const { messageId, text, mentions } = amendment
      return [messageId, jsonOf(text), jsonOf(mentions)]
    }
    case 'retract':
      return [amendment.messageId]
    case 'configure': {
      const { title, model, instructions } = amendment
      const changed = furtherMembersOf({ title, model, instructions })
      return [jsonOf(title), jsonOf(model), changed]
    }
    case 'remove':
      return [amendment.memberId]
    default:
      return unreachable(amendment)
  }
}
