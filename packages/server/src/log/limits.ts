// Limits that all logs have in common.

/** Maximum entries, and their bytes, in one answer to a caller that is behind; SQLite counts characters instead. */
export const MOST_BEHIND = 500
export const MOST_BYTES_BEHIND = 1024 * 1024
/** Commands are remembered this long, ms. */
export const REMEMBER_MS = 7 * 24 * 60 * 60 * 1000
