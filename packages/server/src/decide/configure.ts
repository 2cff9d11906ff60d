import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import { type Docket, isOwner } from './docket.ts'

/** The owner changes settings; what is not named stays. */
export function configure(
  docket: Docket,
  { commandId, ...changed }: CommandOf<'configure'>,
): Draft[] | Refusal {
  if (!isOwner(docket, changed.by)) return new Refusal('owner-only')
  return [{ ...changed, type: 'settings-changed' }]
}
