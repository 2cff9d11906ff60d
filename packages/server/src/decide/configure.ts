import type { Inviters } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { isOwner } from './docket.ts'
import type { OfMember, Rule } from './rule.ts'

interface Configure extends OfMember {
  readonly type: 'configure'
  readonly title?: string
  readonly model?: string
  readonly instructions?: string
  readonly inviters?: Inviters
  readonly thinking?: boolean
}

/** The owner changes settings; settings that the command does not name keep their values. */
export const configure: Rule<Configure> = {
  frees: false,
  decide(docket, { commandId, ...changed }) {
    if (!isOwner(docket, changed.by)) return new Refusal('owner-only')
    return [{ ...changed, type: 'settings-changed' }]
  },
}
