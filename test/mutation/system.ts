// Checks that the system test alone notices a broken rule, whatever the tests of that rule say: `pnpm
// mutations:system`, or with parts of the descriptions to try only those. Each broken copy is run under the faults that
// expose it, and its checker must find a violation. Exits with 1 if one goes unnoticed. Takes some 15 minutes, so it is
// not part of `pnpm test:full`.
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'
import { MUTATIONS } from './mutations.ts'
import { REDIS_MUTATIONS } from './redis/mutations.ts'
import { copyTheSources, mutate, runIn } from './sources.ts'

/** The `breaks` of each mutation, and part of the names of the faults that expose it. */
const BROUGHT_OUT_BY: Readonly<Record<string, string>> = {
  'a gap in the text is skipped': 'subscriptions',
  'a hole in the entries is skipped': 'subscriptions',
  'an end does not wait for its text': 'subscriptions',
  'half a surrogate pair is written': 'forgets',
  'a stream that breaks off counts as complete': 'forgets',
  'a second end replaces the first': 'forgets',
  'a reply takes bytes after its end': 'forgets',
  'a second generation starts beside the first': 'forgets',
  'the digest does not grow with the text': 'forgets',
  'followers are shown text before it is checked and stored': 'Redis',
  'text beyond a gap is appended': 'last',
  'the same bytes are appended again': 'answers',
  'a repeated command is done again': 'answers',
  'commands are forgotten at once': 'answers',
  'a command given up while Redis was frozen is done when it resumes': 'frozen',
  'a command is refused as not done because its answer took too long': 'Redis',
  'a lease never runs out': 'killed',
  'channels are not subscribed again after a lost connection': 'subscriptions',
  'a room that has lost its tail goes on in the same epoch': 'last',
  'a deleted room leaves a reply behind': 'forgets',
}
const LANES = 2
const LONGEST_MS = 300_000

interface Run {
  readonly passed: boolean
  /** The first violation, or else the rest of its output. */
  readonly noticed: string
  readonly seconds: number
}

/** One round in a copy, under those faults only. */
async function soak(copy: string, faults: string): Promise<Run> {
  const { code, said, seconds } = await runIn(copy, [join(copy, 'test/fault/soak.ts')], {
    longestMs: LONGEST_MS,
    environment: {
      DEADLINE_SECONDS: '45',
      SOAK_KEEP: join(copy, 'tmp', 'histories'),
      SOAK_ONLY: faults,
      SOAK_ROUNDS: '1',
      SOAK_ROOMS: '5',
      SOAK_CLIENTS: '4',
    },
  })
  const noticed = /^I\d+ .*/m.exec(said)?.[0] ?? said.slice(-500)
  return { passed: code === 0, noticed, seconds }
}

const wanted = process.argv.slice(2)
const all: readonly Mutation[] = [...MUTATIONS, ...REDIS_MUTATIONS]
const chosen = Object.entries(BROUGHT_OUT_BY)
  .filter(([breaks]) => wanted.length === 0 || wanted.some((part) => breaks.includes(part)))
  .map(([breaks, faults]) => {
    // Both storages may have a mutation with this description; the last one is that of Redis.
    const mutation = all.findLast((one) => one.breaks === breaks)
    if (!mutation) throw new Error(`no such mutation: ${breaks}`)
    return { mutation, faults }
  })
const copies = Array.from({ length: LANES }, (_, index) => copyTheSources(`copy-${index + 1}`))
const waiting = [...chosen]
let unnoticed = 0

await Promise.all(
  copies.map(async (copy) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const undo = mutate(copy, next.mutation)
      const { passed, noticed, seconds } = await soak(copy, next.faults)
      undo()
      if (passed) unnoticed++
      const verdict = passed ? 'NOT NOTICED' : `noticed: ${noticed}`
      const { rule, breaks } = next.mutation
      process.stdout.write(
        `${rule.padEnd(5)} ${breaks} (${seconds.toFixed(0)} s)\n      ${verdict}\n`,
      )
    }
  }),
)
process.stdout.write(
  `${chosen.length - unnoticed} of ${chosen.length} noticed by the system test\n`,
)
process.exitCode = unnoticed === 0 ? 0 : 1
