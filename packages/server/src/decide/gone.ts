import { type MemberId, Refusal } from '@roomcast/shared/protocol'
import type { Command } from './commands.ts'
import type { Docket } from './docket.ts'

/** Whoever has left or was removed does nothing any more (R6.7); who left may come back. */
export function refusedAsGone({ members }: Docket, command: Command): Refusal | null {
  const who = actorOf(command)
  const gone = who === undefined ? null : (members.get(who)?.gone ?? null)
  const comesBack = command.type === 'join' && gone === 'left'
  return gone === null || comesBack ? null : new Refusal('removed')
}

/** The member who wants it; undefined: nobody has to. */
export function actorOf(command: Command): MemberId | undefined {
  switch (command.type) {
    case 'create':
      return command.owner.memberId
    case 'join':
      return command.memberId
    case 'promote':
      return undefined
    default:
      return command.by
  }
}
