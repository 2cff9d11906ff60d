import type { ClaudeFailure } from './claude.ts'

/** Attempts per generation, including the first; never after text has been shown. */
const ATTEMPTS = 3
/** A longer delay requested by Claude means no retry: people are waiting. */
const LONGEST_MS = 10_000
const FIRST_MS = 500

/**
 * The delay before the next attempt.
 * @param attempt how many attempts have failed, from 1
 * @param chance a number in [0, 1) that spreads the retries of many rooms
 * @returns ms, or null if there should be no further attempt
 */
export function retryDelay(failure: ClaudeFailure, attempt: number, chance: number): number | null {
  if (!failure.retryable || attempt >= ATTEMPTS) return null
  const wished = failure.retryAfterMs ?? FIRST_MS * 2 ** (attempt - 1)
  return wished > LONGEST_MS ? null : Math.max(wished, FIRST_MS) * (1 + chance / 4)
}
