import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import { type Docket, isOwner, memberIn } from './docket.ts'

/** A member who may (the room's `inviters`) makes a link, or ends all that there are (R6.8). */
export function invites(
  docket: Docket,
  command: CommandOf<'invite'> | CommandOf<'end-invites'>,
): Draft[] | Refusal {
  const { by } = command
  if (memberIn(docket, by) === null) return new Refusal('room-not-found')
  if (docket.inviters === 'owner' && !isOwner(docket, by)) return new Refusal('owner-only')
  if (command.type === 'end-invites') return [{ type: 'invites-ended', by }]
  const { inviteId, until } = command
  return [{ type: 'invite-made', inviteId, by, until }]
}
