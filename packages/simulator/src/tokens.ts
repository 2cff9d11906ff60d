/**
 * A rough token count: one token for every four UTF-8 bytes, which is in the right order for prose.
 * Everything that counts tokens here counts this way, so that limits, usage and cuts agree.
 */

const BYTES_PER_TOKEN = 4

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}

/** The longest start of `text` that costs no more than `tokens`; never half a character. */
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
