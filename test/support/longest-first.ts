// The order in which test files begin: those that play whole deployments and browsers first, so that none of them is the last to
// run while the other workers have nothing left to do.
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const LONGEST_FIRST = ['fault', 'e2e', 'convergence', 'process', 'contract', 'hostile']

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => place(one) - place(other))
  }
}

function place({ moduleId }: TestSpecification): number {
  const [, folder = ''] = relative(process.cwd(), moduleId).split(/[\\/]/)
  const at = LONGEST_FIRST.indexOf(folder)
  return at < 0 ? LONGEST_FIRST.length : at
}
