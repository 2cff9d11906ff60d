// What a member is called in figures and beside them in the log: the same everywhere, and nobody's id.
import { createHash } from 'node:crypto'
import type { MemberId } from '@roomcast/shared/protocol'

/** Twelve hexadecimal digits that stand for a member; the log has them beside the id, the figures have them alone. */
export function memberLabel(memberId: MemberId): string {
  return createHash('sha256').update(memberId).digest('hex').slice(0, 12)
}
