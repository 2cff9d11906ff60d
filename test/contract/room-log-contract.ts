// The contract of the log of rooms (packages/server/src/judge/room-log.ts) as tests, for any adapter behind it.
import { describe } from 'vitest'
import type { Setup } from './log-under-test.ts'
import { describeAmendments } from './amendments.ts'
import { describeEntries } from './entries.ts'
import { describeIdempotence } from './idempotence.ts'
import { describeQueue } from './queue.ts'
import { describeReplies } from './replies.ts'
import { describeEnds } from './ends.ts'
import { describeEndRaces } from './end-races.ts'
import { describeFollowing } from './following.ts'
import { describeReading } from './reading.ts'
import { describePages } from './pages.ts'
import { describeMembership } from './membership.ts'
import { describeInvites } from './invites.ts'
import { describeRecovery } from './recovery.ts'
import { describeDeletion } from './deletion.ts'

/** Runs the whole contract on an adapter; `setup` gives each test storage of its own. */
export function describeRoomLog(name: string, setup: Setup): void {
  describe(name, () => {
    describeEntries(setup)
    describeIdempotence(setup)
    describeQueue(setup)
    describeAmendments(setup)
    describeMembership(setup)
    describeInvites(setup)
    describeReplies(setup)
    describeEnds(setup)
    describeEndRaces(setup)
    describeFollowing(setup)
    describeReading(setup)
    describePages(setup)
    describeRecovery(setup)
    describeDeletion(setup)
  })
}
