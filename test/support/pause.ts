/**
 * Lets real time pass: between two acts of people who keep a room busy, two blows of whatever breaks it, or two looks at a program. Never
 * in place of a condition: a test that waits for something awaits that. Lint keeps other sleeps out of the tests.
 */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
