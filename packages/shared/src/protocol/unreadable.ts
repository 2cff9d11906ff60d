// What stands in the place of something that cannot be read.
import type { Said } from './room-state.ts'

/** The type of an entry that cannot be read. */
export const UNREADABLE = 'unreadable'

/** Stands where a message is that cannot be read. */
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
