// Placeholders for unreadable entries and messages.
import type { Said } from './room-state.ts'

/** The type given to an unreadable entry. */
export const UNREADABLE = 'unreadable'

/** The placeholder for an unreadable message. */
export function unreadableMessage(offset: number, at: number): Said {
  const nothing = { by: '', text: '', ask: false, withdrawn: false }
  return {
    kind: 'said',
    messageId: `unreadable-${offset}`,
    offset,
    at,
    ...nothing,
    unreadable: true,
  }
}
