import { defineConfig } from 'vitest/config'
import { DEADLINE_MS, TEST_DEADLINE_MS } from './test/support/deadline.ts'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.{test,fuzz.test,e2e}.ts'],
    testTimeout: TEST_DEADLINE_MS,
    hookTimeout: TEST_DEADLINE_MS,
    expect: { poll: { timeout: DEADLINE_MS } },
    // Two cores are the machine this has to pass on; many of these tests mostly wait for children.
    maxWorkers: 3,
  },
})
