import { Refusal } from '@roomcast/shared/protocol'

/** The refusal of a command whose id was already used by another kind of command. */
export function commandReused(): Refusal {
  return new Refusal('bad-request', 'This commandId was already used for another command.')
}
