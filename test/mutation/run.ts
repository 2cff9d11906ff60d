// Breaks each rule in a copy of the sources and runs the tests of that rule, which must notice. `pnpm mutations`, or with rule
// ids or parts of file names to try only those: `pnpm mutations R1.5 log/redis`. Exits with 1 if a broken rule goes unnoticed.
//
// The sources themselves are never written to. The copy, and whatever the tests put into the directory for temporary files,
// goes with the run, also when that is interrupted.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ALL_MUTATIONS } from './all.ts'
import type { Mutation } from './mutation.ts'
import { copyTheSources, mutate, ROOT, runIn } from './sources.ts'

/** Tests that are to fail often do so at their deadline: there it is shorter, and only the sound copy is given all the time. */
const DEADLINE_SECONDS = '15'

/** A run that hangs has noticed too: the tests have deadlines, this is the last one. */
const LONGEST_MS = 240_000

/** So many at a time; the tests mostly wait. */
const LANES = 3

interface Run {
  /** `broken`: no test failed, the tests could not be run: a mutation that is no program proves nothing. */
  readonly outcome: 'passed' | 'failed' | 'broken'
  /** The first test that failed, and why. */
  readonly noticed: string
  readonly seconds: number
}

/** Runs the tests of mutations, those that are to notice only. */
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

/** Null where no test failed. */
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
// A piece that has changed is known before anything is run.
for (const mutation of chosen) mutate(sound, mutation)()

const waiting = [...chosen]
let unnoticed = 0

/** Tries one mutation after the other, until none is left. */
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

/** What a mutation breaks has to be whole without it. */
async function trySound(): Promise<void> {
  const { outcome, noticed } = await runTests(sound, chosen, {})
  if (outcome !== 'passed') throw new Error(`the tests fail without any mutation: ${noticed}`)
}

await Promise.all([trySound(), ...copies.map(tryMutations)])
process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} mutations noticed\n`)
process.exitCode = unnoticed === 0 ? 0 : 1
