// Where the log in Redis is, and where its tests are.
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
  (titled: string): Tests => ({ tests: [`test/contract/${name}.test.ts`], titled })

/** A test of the contract of the log, on one server. */
export const contract = (titled: string): Tests => inFile('redis')(`one server > Redis > ${titled}`)
export const faults = inFile('redis-faults')
export const lostTail = inFile('redis-lost-tail')
export const keys = inFile('redis-keys')
export const ground = inFile('redis-ground')
export const stale = inFile('redis-stale')
export const following = inFile('redis-following')
export const recovery = inFile('redis-recovery')
export const failover = inFile('redis-failover')
export const failovers = inFile('redis-failovers')
