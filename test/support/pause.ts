/**
 * Lets real time pass: between two actions of people who keep a room busy, two injected faults, or two polls of a
 * program. Never instead of a condition: a test that waits for something awaits that. Lint keeps other sleeps out of
 * the tests.
 */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
