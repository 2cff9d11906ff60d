// How far the person at this browser has read in each room: the offset of the last entry shown while they were at the end
// of the conversation and the page was visible. Stored here, shared by all tabs, and never sent anywhere.

const keyOf = (roomId: string): string => `seen:${roomId}`

/** Offset of the last entry seen in a room; null if it was never opened here or the browser stores nothing. */
export function seen(roomId: string): number | null {
  try {
    const kept = Number(localStorage.getItem(keyOf(roomId)) ?? NaN)
    return Number.isSafeInteger(kept) && kept >= 0 ? kept : null
  } catch {
    // ignored because: a browser that stores nothing counts as having seen nothing.
    return null
  }
}

/** Stores that the room was seen up to an offset, which may be lower than before: a failover may have lost the rest. */
export function markSeen(roomId: string, offset: number): void {
  try {
    if (seen(roomId) !== offset) localStorage.setItem(keyOf(roomId), String(offset))
  } catch {
    // ignored because: see `seen`.
  }
}
