import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.{test,fuzz.test,e2e}.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores are the machine this has to pass on; process and browser tests start children.
    maxWorkers: 2,
  },
})
