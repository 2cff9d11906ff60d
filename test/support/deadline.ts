// The deadline of tests. It fails only tests that hang: nothing takes this long even on a busy machine, and no test
// uses it to assert speed. This is the only place that defines it.

/** For any wait in a test. The mutations shorten it, because many of their tests are meant to hang. */
export const DEADLINE_MS = Number(process.env['DEADLINE_SECONDS'] ?? 120) * 1000

/** For a whole test, in which several waits may be slow. */
export const TEST_DEADLINE_MS = 3 * DEADLINE_MS
