// The order of a run: the longest files start first, so that no long file is left to one worker at the end. Vitest by
// itself only knows durations from an earlier run, which a fresh clone lacks.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take more than half a minute each, longest first, as printed at the end of a run. */
const LONGEST = [
  'test/fault/system.test.ts',
  'test/convergence/nodes.test.ts',
  'test/e2e/accessibility.e2e.ts',
  'test/e2e/three-people.e2e.ts',
  'test/contract/redis.test.ts',
  'test/e2e/aimed.e2e.ts',
  'test/convergence/convergence.fuzz.test.ts',
  'test/process/spending.test.ts',
  'test/process/proxy-check.test.ts',
  'test/process/restore.test.ts',
  'test/fault/drain.test.ts',
  'test/fault/stalled-reader.test.ts',
  'test/fault/more-random-rooms.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name))
      return place < 0 ? LONGEST.length : place
    }
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}
