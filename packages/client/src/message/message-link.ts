// The address of a message: its room's address with the offset in the query, so that moving to another message keeps the page.

/** The link that opens a room at a message; `origin` is that of the server. */
export function linkTo(roomId: string, offset: number, origin: string = location.origin): string {
  return `${origin}/rooms/${encodeURIComponent(roomId)}?at=${offset}`
}

/** The offset in the query of an address, or null. */
export function offsetIn(at: unknown): number | null {
  return typeof at === 'string' && /^\d{1,15}$/.test(at) ? Number(at) : null
}
