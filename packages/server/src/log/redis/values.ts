// What the scripts are given: JSON in pieces, which they splice into entries and never decode.
import { unreachable } from '@roomcast/shared/unreachable'
import type { Amendment } from '../room-log.ts'
import type { ScriptName } from './scripts.ts'

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

/** The script of an amendment. */
export function amendmentScript({ type }: Amendment): ScriptName {
  return type === 'invite' || type === 'end-invites' ? 'invites' : type
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
      const { title, model, instructions, inviters, thinking } = amendment
      const changed = furtherMembersOf({ title, model, instructions, inviters, thinking })
      return [jsonOf(title), jsonOf(model), inviters ?? '', changed]
    }
    case 'remove':
      return [amendment.memberId]
    case 'invite': {
      const { type, inviteId, until } = amendment
      return [type, 'invite-made', furtherMembersOf({ inviteId, until })]
    }
    case 'end-invites':
      return [amendment.type, 'invites-ended', '']
    default:
      return unreachable(amendment)
  }
}
