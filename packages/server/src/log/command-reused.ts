import { Refusal } from '@roomcast/shared/protocol'

/** The answer to a command whose id was that of a command of another kind. */
export function commandReused(): Refusal {
  return new Refusal('bad-request', 'This commandId was already used for another command.')
}
