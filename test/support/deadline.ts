// When a test gives up. A deadline fails only what hangs: nothing here takes as long, however busy the machine is, and no test asserts how
// fast something is by it. This is the only place that says how long it is.

/** For anything that a test waits for. The mutations shorten it: there many tests are to hang. */
export const DEADLINE_MS = Number(process.env['DEADLINE_SECONDS'] ?? 120) * 1000

/** For a whole test, in which several waits may be slow. */
export const TEST_DEADLINE_MS = 3 * DEADLINE_MS
