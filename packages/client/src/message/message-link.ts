// The address of a message: its room's, with its offset in the query. The page of the room stays open when only that changes.

/** Where the room of this page shows a message; `origin` is that of the server. */
export function linkTo(roomId: string, offset: number, origin: string = location.origin): string {
  return `${origin}/rooms/${encodeURIComponent(roomId)}?at=${offset}`
}

/** The offset that the query of an address names; null when it names none. */
export function offsetIn(at: unknown): number | null {
  return typeof at === 'string' && /^\d{1,15}$/.test(at) ? Number(at) : null
}
