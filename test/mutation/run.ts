// Breaks each rule in a copy of the sources and runs the tests of that rule, one of which must fail. `pnpm mutations`,
// or with rule ids or parts of file names to try only those: `pnpm mutations R1.5 log/redis`. Exits with 1 if a broken
// rule goes unnoticed.
//
// The sources themselves are never written to. The copy, and the temporary files of the tests, are deleted at the end
// of the run, even if it is interrupted.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ALL_MUTATIONS } from './all.ts'
import type { Mutation } from './mutation.ts'
import { copyTheSources, mutate, ROOT, runIn } from './sources.ts'

/**
 * A mutated test often fails by reaching its deadline, so the deadline is shorter here; only the intact copy gets the
 * full time.
 */
const DEADLINE_SECONDS = '15'

/** A run that hangs counts as noticed: the tests have their own deadlines, this is the last one. */
const LONGEST_MS = 240_000

/** Runs at the same time; the tests mostly wait. */
const LANES = 3

interface Run {
  /** `broken`: no test failed, but the tests could not be run: a mutation that does not compile proves nothing. */
  readonly outcome: 'passed' | 'failed' | 'broken'
  /** The first test that failed, and why. */
  readonly noticed: string
  readonly seconds: number
}

/** Runs only the tests that a mutation names. */
async function runTests(
  copy: string,
  mutations: readonly Mutation[],
  environment: NodeJS.ProcessEnv,
): Promise<Run> {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const files = new Set(mutations.flatMap(({ tests }) => tests))
  const titles = new Set(mutations.map(({ titled, rule }) => escaped(titled ?? `[${rule}]`)))
  const { code, seconds } = await runIn(
    copy,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--bail=1',
      '--reporter=json',
      `--outputFile=${report}`,
      '-t',
      [...titles].join('|'),
      ...files,
    ],
    { longestMs: LONGEST_MS, environment },
  )
  const noticed = firstFailure(report)
  const outcome = code === 0 ? 'passed' : noticed === null ? 'broken' : 'failed'
  return { outcome, noticed: noticed ?? 'nothing', seconds }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

interface Report {
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Null if no test failed. */
function firstFailure(path: string): string | null {
  try {
    const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report
    const failed = testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed'),
    )
    const [first] = failed
    if (!first) return null
    return `${first.fullName}\n      ${first.failureMessages[0]?.split('\n')[0] ?? ''}`
  } catch {
    return 'the run did not end'
  }
}

const wanted = process.argv.slice(2)
const chosen = ALL_MUTATIONS.filter(
  ({ rule, file }) =>
    wanted.length === 0 || wanted.some((one) => one === rule || file.includes(one)),
)
const copies = Array.from({ length: LANES }, (_, index) => copyTheSources(`copy-${index + 1}`))
const sound = copyTheSources('sound')
// Finds a piece that has changed before anything runs.
for (const mutation of chosen) mutate(sound, mutation)()

const waiting = [...chosen]
let unnoticed = 0

/** Tries one mutation after another until none is left. */
async function tryMutations(copy: string): Promise<void> {
  for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
    const undo = mutate(copy, mutation)
    const { outcome, noticed, seconds } = await runTests(copy, [mutation], { DEADLINE_SECONDS })
    undo()
    if (outcome !== 'failed') unnoticed++
    const verdict = {
      passed: 'NOT NOTICED',
      broken: 'DOES NOT RUN',
      failed: `noticed by: ${noticed}`,
    }[outcome]
    const title = `${mutation.rule.padEnd(5)} ${mutation.breaks} (${seconds.toFixed(1)} s)`
    process.stdout.write(`${title}\n      ${verdict}\n`)
  }
}

/** The tests must pass on the intact copy. */
async function trySound(): Promise<void> {
  const { outcome, noticed } = await runTests(sound, chosen, {})
  if (outcome !== 'passed') throw new Error(`the tests fail without any mutation: ${noticed}`)
}

await Promise.all([trySound(), ...copies.map(tryMutations)])
process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} mutations noticed\n`)
process.exitCode = unnoticed === 0 ? 0 : 1
