// A clock that tests set. Not part of the program.
export function testClock(now = Date.UTC(2026, 0, 1)) {
  return {
    now: () => now,
    /** Nothing falls due here. */
    after: () => () => {},
    advance(ms: number) {
      now += ms
    },
  }
}
