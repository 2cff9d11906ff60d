// Assigns each test file to exactly one of two runs (runs.test.ts).

/**
 * `pnpm test`, for every change: all unit, contract, convergence and process tests, and a walk of three people for each
 * area of the page.
 */
export const QUICK = [
  'packages/*/src/**/*.test.ts',
  'test/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/convergence/**/*.test.ts',
  'test/decide/**/*.test.ts',
  'test/deploy/**/*.test.ts',
  'test/earlier/**/*.test.ts',
  'test/mutation/**/*.test.ts',
  'test/page/bytes.test.ts',
  'test/process/**/*.test.ts',
  'test/redis/**/*.test.ts',
  'test/sqlite/**/*.test.ts',
  'test/support/**/*.test.ts',
  'test/walk/**/*.e2e.ts',
]

/**
 * The rest, for `pnpm test:full`, before the mutations: the system test, every fault, the hostile suite, the whole
 * page.
 */
export const SLOW = [
  'test/e2e/**/*.e2e.ts',
  'test/fault/**/*.{test,e2e}.ts',
  'test/hostile/**/*.test.ts',
  'test/page/streaming.test.ts',
  'test/states/**/*.test.ts',
]
