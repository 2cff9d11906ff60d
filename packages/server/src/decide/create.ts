import type { CommandId, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Rule } from './rule.ts'

export interface Create {
  readonly type: 'create'
  readonly commandId: CommandId
  readonly roomId: RoomId
  readonly title: string
  readonly model: string
  readonly instructions: string
  readonly owner: { readonly memberId: MemberId; readonly name: string }
}

/** A room begins with its settings and its owner. */
export const create: Rule<Create> = {
  frees: false,
  decide: (_, { roomId, title, model, instructions, owner }) => [
    { type: 'room-created', roomId, title, model, instructions },
    { type: 'member-joined', ...owner, role: 'owner' },
  ],
}
