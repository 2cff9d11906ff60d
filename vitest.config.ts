import { defineConfig } from 'vitest/config'
import { parserParts } from './packages/client/parser-parts.ts'

export default defineConfig({
  resolve: { alias: parserParts },
  test: {
    // Only so do the aliases reach what the parser imports.
    server: { deps: { inline: ['markdown-it'] } },
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.{test,fuzz.test,e2e}.ts'],
    // Deadlines, not waits: nothing here takes as long, unless the machine has much else to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    // Two cores are the machine this has to pass on; many of these tests mostly wait for children.
    maxWorkers: 3,
  },
})
