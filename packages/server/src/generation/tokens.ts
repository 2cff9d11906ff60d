import { byteLength } from '@roomcast/shared/room'

/**
 * Estimated tokens of so many UTF-8 bytes of text, on the high side: one token per 3 bytes. Current models take
 * about 30 % more tokens than the 4 characters per token of older English estimates, and about one per CJK character.
 */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / 3)
}

/** Estimated tokens of a text, see `tokensOfBytes`. */
export function estimateTokens(text: string): number {
  return tokensOfBytes(byteLength(text))
}
