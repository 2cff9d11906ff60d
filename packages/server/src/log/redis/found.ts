// The answers of find.lua.
import type { FoundId } from '../entry-log.ts'

/** The answer for one id; find.lua describes its fields. */
export type FoundAnswer = readonly [
  message: string,
  by: string,
  model: string,
  retracted: string,
  ended: string,
  offset: string,
  member: string,
]

export function foundIn([
  messageId,
  by,
  model,
  retracted,
  ended,
  offset,
  member,
]: FoundAnswer): FoundId {
  return {
    message:
      by === ''
        ? null
        : {
            by,
            isRetracted: retracted === '1',
            model: model === '' ? undefined : (JSON.parse(model) as string),
          },
    generation: ended === '' ? null : { messageId, hasEnded: ended === '1' },
    offset: offset === '' ? null : parseInt(offset, 10),
    member: member === '' ? null : (member as NonNullable<FoundId['member']>),
  }
}
