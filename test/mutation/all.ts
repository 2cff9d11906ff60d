// Every mutation: all the rules broken on purpose.
import { AMENDMENT_MUTATIONS } from './amendments.ts'
import { DECIDE_MUTATIONS } from './decide.ts'
import { DEPLOY_MUTATIONS } from './deploys.ts'
import type { Mutation } from './mutation.ts'
import { MUTATIONS } from './mutations.ts'
import { REDIS_MUTATIONS } from './redis/mutations.ts'
import { STORAGE_AWAY_MUTATIONS } from './storage-away.ts'
import { STRANGER_MUTATIONS } from './strangers.ts'

export const ALL_MUTATIONS: readonly Mutation[] = [
  ...MUTATIONS,
  ...AMENDMENT_MUTATIONS,
  ...DECIDE_MUTATIONS,
  ...DEPLOY_MUTATIONS,
  ...REDIS_MUTATIONS,
  ...STORAGE_AWAY_MUTATIONS,
  ...STRANGER_MUTATIONS,
]
