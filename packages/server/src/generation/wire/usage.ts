// Tokens as the wire reports them. What cannot be a count is none: null, and others estimate.

type Fields = Readonly<Record<string, unknown>>

/** More than any answer or prompt has. */
const MOST_TOKENS = 1_000_000_000

/** All of the prompt, also what was read from a cache or written to it; null where it is not told. */
export function inputTokensOf(usage: Fields): number | null {
  const plain = countOf(usage['input_tokens'])
  if (plain === null) return null
  const written = countOf(usage['cache_creation_input_tokens']) ?? 0
  const read = countOf(usage['cache_read_input_tokens']) ?? 0
  return plain + written + read
}

/** Null where it is not told. */
export function outputTokensOf(usage: Fields): number | null {
  return countOf(usage['output_tokens'])
}

function countOf(value: unknown): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= MOST_TOKENS)) return null
  return Math.round(value)
}
