import { byteLength } from '@roomcast/shared/room'

/**
 * Tokens of a text of so many UTF-8 bytes, estimated on the high side: a token per 3 bytes. Current models take
 * about 30 % more tokens than the 4 characters per token of older English estimates, and about one per CJK character.
 */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / 3)
}

/** The same for a text. */
export function estimateTokens(text: string): number {
  return tokensOfBytes(byteLength(text))
}
