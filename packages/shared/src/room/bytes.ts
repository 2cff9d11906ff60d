// Positions in a reply are UTF-8 bytes; screens hold strings. These functions are the only conversions.

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Length of `text` in UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

/**
 * The part of `text` between two byte positions. Both must lie between characters, as the positions of all deltas
 * and ends do.
 */
export function sliceBytes(text: string, from: number, to?: number): string {
  return decoder.decode(encoder.encode(text).subarray(from, to))
}
