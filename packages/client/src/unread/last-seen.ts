// How far this browser's person has read in each room: the offset of the last entry that was on the screen while they were
// at the end of the conversation and the page was visible. Kept here, the same in all tabs, and never sent anywhere.

const keyOf = (roomId: string): string => `seen:${roomId}`

/** Offset of the last entry that was seen in a room; null for one that was never looked at, or where nothing can be kept. */
export function seen(roomId: string): number | null {
  try {
    const kept = Number(localStorage.getItem(keyOf(roomId)) ?? NaN)
    return Number.isSafeInteger(kept) && kept >= 0 ? kept : null
  } catch {
    // ignored because: a browser that keeps nothing has seen nothing.
    return null
  }
}

/** Notes that the room was seen up to an offset. It may be a lower one than before: a failover may have taken the rest. */
export function markSeen(roomId: string, offset: number): void {
  try {
    if (seen(roomId) !== offset) localStorage.setItem(keyOf(roomId), String(offset))
  } catch {
    // ignored because: see `seen`.
  }
}
