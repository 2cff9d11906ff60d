// Prints the slowest files at the end of a run, so that anyone who makes one slow notices.
import type { Reporter, TestModule } from 'vitest/node'

const MOST = 10

/** Counts its tests and its hooks. */
function secondsOf(file: TestModule): number {
  const { duration, collectDuration, environmentSetupDuration, prepareDuration, setupDuration } =
    file.diagnostic()
  const before = collectDuration + environmentSetupDuration + prepareDuration + setupDuration
  return (duration + before) / 1000
}

export default class SlowestFiles implements Reporter {
  onTestRunEnd(files: readonly TestModule[]): void {
    if (files.length <= MOST) return
    const lines = files
      .map((file) => ({ seconds: secondsOf(file), name: file.relativeModuleId }))
      .toSorted((one, other) => other.seconds - one.seconds)
      .slice(0, MOST)
      .map(({ seconds, name }) => `${seconds.toFixed(1).padStart(7)} s  ${name}\n`)
    process.stdout.write(`\nThe slowest files\n${lines.join('')}`)
  }
}
