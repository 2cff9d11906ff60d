// Notices at once when the piece of a mutation has changed, not only after all tests have run.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ALL_MUTATIONS } from './all.ts'
import { placesOf } from './piece.ts'
import { ROOT } from './sources.ts'

it('the piece of each mutation occurs in its file exactly once, and its tests exist', () => {
  expect(ALL_MUTATIONS.length).toBeGreaterThan(90)
  const faults = ALL_MUTATIONS.flatMap(({ breaks, file, find, tests }) => [
    ...(placesOf(find, readFileSync(join(ROOT, file), 'utf8')).length === 1 ? [] : [breaks]),
    ...tests.filter((test) => !existsSync(join(ROOT, test))),
  ])
  expect(faults).toEqual([])
})
