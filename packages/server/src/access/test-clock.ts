// A clock that tests set, and chance that repeats. Not part of the program.
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

/** Bytes that count up from call to call. */
export function countingBytes(): (size: number) => Uint8Array {
  let next = 0
  return (size) => Uint8Array.from({ length: size }, () => next++ % 256)
}
