import { type MemberId, Refusal } from '@roomcast/shared/protocol'
import type { Command, MemberCommand } from './commands.ts'
import type { Docket } from './docket.ts'

/** Refuses commands of people who have left or were removed (R6.7). People who left may join again. */
export function refusedAsGone({ members }: Docket, command: Command): Refusal | null {
  const who = 'commandId' in command ? actorOf(command) : stopperOf(command)
  const gone = who === undefined ? null : (members.get(who)?.gone ?? null)
  const comesBack = command.type === 'join' && gone === 'left'
  return gone === null || comesBack ? null : new Refusal('removed')
}

/** The member who sent the command. */
export function actorOf(command: MemberCommand): MemberId {
  switch (command.type) {
    case 'create':
      return command.owner.memberId
    case 'join':
      return command.memberId
    default:
      return command.by
  }
}

/** The member who stops an answer; undefined: the answer ends, or starts, without a member's command. */
function stopperOf(command: Exclude<Command, MemberCommand>): MemberId | undefined {
  return command.type === 'end' ? command.by : undefined
}
