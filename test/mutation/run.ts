// Breaks each rule in a copy of the sources and runs the tests of that rule, which must notice. `pnpm mutations`, or with rule
// ids to try only those: `pnpm mutations R1.5 R2.1`. Exits with 1 if a broken rule goes unnoticed.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutation, MUTATIONS } from './mutations.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A run that hangs has noticed too: the tests have deadlines, this is the last one. */
const LONGEST_MS = 240_000

/** The sources with links to the installed packages; what the packages link among themselves is the copy. */
function copyOfTheSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'roomcast-mutation-'))
  for (const name of ['packages', 'test', 'vitest.config.ts', 'tsconfig.base.json', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

interface Run {
  readonly passed: boolean
  /** The first test that failed, if a test did. */
  readonly noticed: string
}

/** @param rule only the tests that name it in their titles; without one, all */
function runTests(copy: string, tests: readonly string[], rule?: string): Run {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--bail=1',
      '--reporter=json',
      `--outputFile=${report}`,
      ...(rule === undefined ? [] : ['-t', `\\[${rule.replace('.', '\\.')}\\]`]),
      ...tests,
    ],
    { cwd: copy, stdio: 'ignore', timeout: LONGEST_MS },
  )
  return { passed: status === 0, noticed: firstFailure(report) }
}

interface Report {
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function firstFailure(path: string): string {
  try {
    const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report
    const failed = testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed'),
    )
    return failed[0]?.fullName ?? testResults.find(({ message }) => message)?.message ?? 'the run'
  } catch {
    return 'the run did not end'
  }
}

function mutate(copy: string, mutation: Mutation): () => void {
  const path = join(copy, mutation.file)
  const source = readFileSync(path, 'utf8')
  if (source.split(mutation.find).length !== 2)
    throw new Error(`${mutation.file} has not exactly one place: ${mutation.find}`)
  writeFileSync(
    path,
    source.replace(mutation.find, () => mutation.replace),
  )
  return () => writeFileSync(path, source)
}

const wanted = process.argv.slice(2)
const chosen = MUTATIONS.filter(({ rule }) => wanted.length === 0 || wanted.includes(rule))
const copy = copyOfTheSources()
let unnoticed = 0
try {
  const sound = runTests(copy, [...new Set(chosen.flatMap(({ tests }) => tests))])
  if (!sound.passed) throw new Error(`the tests fail without any mutation: ${sound.noticed}`)
  for (const mutation of chosen) {
    const undo = mutate(copy, mutation)
    const { passed, noticed } = runTests(copy, mutation.tests, mutation.rule)
    undo()
    if (passed) unnoticed++
    const verdict = passed ? 'NOT NOTICED' : `noticed by: ${noticed}`
    process.stdout.write(`${mutation.rule.padEnd(5)} ${mutation.breaks}\n      ${verdict}\n`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} mutations noticed\n`)
process.exit(unnoticed === 0 ? 0 : 1)
