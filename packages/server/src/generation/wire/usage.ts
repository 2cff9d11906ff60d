// Token counts as Claude reports them; null for an invalid count, which callers then estimate.

type Fields = Readonly<Record<string, unknown>>

/** Larger than any real count. */
const MOST_TOKENS = 1_000_000_000

/** Input tokens of the whole prompt, including those read from or written to the cache; null if not reported. */
export function inputTokensOf(usage: Fields): number | null {
  const plain = countOf(usage['input_tokens'])
  if (plain === null) return null
  const written = countOf(usage['cache_creation_input_tokens']) ?? 0
  const read = countOf(usage['cache_read_input_tokens']) ?? 0
  return plain + written + read
}

/** Null if not reported. */
export function outputTokensOf(usage: Fields): number | null {
  return countOf(usage['output_tokens'])
}

function countOf(value: unknown): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= MOST_TOKENS)) return null
  return Math.round(value)
}
