// The files of the log in Redis, and of its tests.
export const REDIS = 'packages/server/src/log/redis'
export const PRELUDE = `${REDIS}/prelude.lua`
export const FOLLOWING = `${REDIS}/following.ts`
export const APPEND = `${REDIS}/append.lua`
export const RESTORE = `${REDIS}/restore.lua`
export const RESTORING = `${REDIS}/repair/restoring.ts`
export const RECENT = `${REDIS}/repair/recent.ts`
export const REMEMBERED = `${REDIS}/repair/remembered.ts`
export const REPAIR = `${REDIS}/repair/repair.ts`
export const LEASES_FILE = `${REDIS}/leases.ts`
export const JUDGE = 'packages/server/src/judge'

interface Tests {
  readonly tests: readonly string[]
  readonly titled: string
}

const inFile =
  (name: string) =>
  (titled: string): Tests => ({ tests: [`test/redis/${name}.test.ts`], titled })

/** A test of the contract of the log, on a single server. */
export const contract = (titled: string): Tests => ({
  tests: ['test/contract/redis.test.ts'],
  titled: `one server > Redis > ${titled}`,
})
export const faults = inFile('faults')
export const detection = inFile('detection')
export const keys = inFile('keys')
export const ground = inFile('ground')
export const staleNodes = inFile('stale-nodes')
export const following = inFile('following')
export const leases = inFile('leases')
export const repair = inFile('repair')
export const repeatedFailover = inFile('repeated-failover')
