import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'

/** A room begins with its settings and its owner. */
export function create({
  roomId,
  title,
  model,
  instructions,
  owner,
}: CommandOf<'create'>): Draft[] {
  return [
    { type: 'room-created', roomId, title, model, instructions },
    { type: 'member-joined', ...owner, role: 'owner' },
  ]
}
