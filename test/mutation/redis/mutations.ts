// Mutations of the promises of the room log in Redis.
import type { Mutation } from '../mutation.ts'
import { AGAIN, ENDS } from './ends.ts'
import { FAILOVER } from './failover.ts'
import { GROUND } from './ground.ts'
import { LEASES } from './leases.ts'
import { READING } from './reading.ts'
import { WRITING } from './writing.ts'

export const REDIS_MUTATIONS: readonly Mutation[] = [
  ...WRITING,
  ...ENDS,
  ...AGAIN,
  ...LEASES,
  ...READING,
  ...FAILOVER,
  ...GROUND,
]
