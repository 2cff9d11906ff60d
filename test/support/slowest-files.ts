// Says at the end of a run which files took longest, so that whoever makes one slow sees it.
import type { Reporter, TestModule } from 'vitest/node'

const MOST = 10

/** Its tests, and what it does before and after them. */
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
