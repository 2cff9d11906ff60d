// Finds a piece of source however it is formatted.

/**
 * Returns each place where the piece occurs. White space and line breaks may differ, and so may a comma before a
 * closing bracket: Prettier changes nothing else in a line that becomes too long.
 */
export function placesOf(piece: string, source: string): { from: number; to: number }[] {
  return [...source.matchAll(new RegExp(patternOf(piece), 'g'))].map(({ 0: found, index }) => ({
    from: index,
    to: index + found.length,
  }))
}

function patternOf(piece: string): string {
  const tokens = piece.match(/\w+|[^\w\s]/g) ?? []
  let pattern = ''
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1]
    if (isClosing(token) && at > 0) pattern += String.raw`(?:,\s*)?`
    if (!(token === ',' && isClosing(next))) pattern += literally(token)
    if (next !== undefined)
      pattern += isWord(token) && isWord(next) ? String.raw`\s+` : String.raw`\s*`
  }
  return pattern
}

const isClosing = (token: string | undefined) => /^[)\]}]$/.test(token ?? '')
const isWord = (token: string) => /^\w/.test(token)
const literally = (token: string) => token.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`)
