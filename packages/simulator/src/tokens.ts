/**
 * A rough token count: one token per four UTF-8 bytes, the right order of magnitude for prose.
 * All token counts here use it, so that limits, usage and cuts agree.
 */

const BYTES_PER_TOKEN = 4

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}

/** The longest prefix of `text` that costs at most `tokens`, without half a character. */
export function cutToTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text)
  let end = Math.max(0, tokens) * BYTES_PER_TOKEN
  if (end >= bytes.length) return text
  while (end > 0 && isContinuation(bytes[end])) end -= 1
  return bytes.subarray(0, end).toString()
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
