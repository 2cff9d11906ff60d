import { defineConfig } from 'vitest/config'
import { parserParts } from './packages/client/parser-parts.ts'
import { QUICK, SLOW } from './test/runs.ts'
import { DEADLINE_MS, TEST_DEADLINE_MS } from './test/support/deadline.ts'
import { LongestFirst } from './test/support/longest-first.ts'

export default defineConfig({
  resolve: { alias: parserParts },
  test: {
    // Inlined, because otherwise the aliases do not apply to the parser's own imports.
    server: { deps: { inline: ['markdown-it'] } },
    testTimeout: TEST_DEADLINE_MS,
    hookTimeout: TEST_DEADLINE_MS,
    expect: { poll: { timeout: DEADLINE_MS } },
    projects: [
      { extends: true, test: { name: 'quick', include: QUICK } },
      { extends: true, test: { name: 'slow', include: SLOW } },
    ],
    reporters: ['default', './test/support/slowest-files.ts'],
    sequence: { sequencer: LongestFirst },
    // The tests must pass on two cores; many of them mostly wait for child processes.
    maxWorkers: 4,
  },
})
