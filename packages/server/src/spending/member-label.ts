// The pseudonym of a member in metrics, and beside the id in the log: the same everywhere, and not the id itself.
import { createHash } from 'node:crypto'
import type { MemberId } from '@roomcast/shared/protocol'

/** Twelve hexadecimal digits for a member; the log has them beside the id, the metrics have them alone. */
export function memberLabel(memberId: MemberId): string {
  return createHash('sha256').update(memberId).digest('hex').slice(0, 12)
}
