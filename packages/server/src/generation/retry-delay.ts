import type { ClaudeFailure } from './claude.ts'

/** Attempts for one generation, the first included; never after text has been shown. */
const ATTEMPTS = 3
/** A longer wish of Claude's is not granted: people are waiting. */
const LONGEST_MS = 10_000
const FIRST_MS = 500

/**
 * How long to wait before asking again.
 * @param attempt how many attempts have failed, from 1
 * @param chance a number in [0, 1), so that many rooms do not come back at once
 * @returns ms, or null when it should not be tried again
 */
export function retryDelay(failure: ClaudeFailure, attempt: number, chance: number): number | null {
  if (!failure.retryable || attempt >= ATTEMPTS) return null
  const wished = failure.retryAfterMs ?? FIRST_MS * 2 ** (attempt - 1)
  return wished > LONGEST_MS ? null : Math.max(wished, FIRST_MS) * (1 + chance / 4)
}
