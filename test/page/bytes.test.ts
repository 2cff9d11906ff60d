// How much a browser has to load before a room is there. The page is built anew, so it is this page that is weighed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/server-process.ts'
import { buildPage } from './build-page.ts'
import { listed, type Loaded, PageBytes, sum } from './page-bytes.ts'

let page: PageBytes
let remove: () => Promise<void>
beforeAll(async () => {
  const directory = await temporaryDirectory()
  remove = () => directory.remove()
  await buildPage('packages/client', directory.path)
  page = new PageBytes(directory.path)
})
afterAll(() => remove())

/** Says what was counted, whether it is too much or not. */
function weigh(what: string, loaded: readonly Loaded[]): number {
  process.stdout.write(listed(what, loaded))
  return sum(loaded)
}

describe('the page, as it travels', () => {
  test('takes at most 131,000 bytes of scripts until a room is there', () => {
    expect(page.first.length).toBeGreaterThan(1)
    expect(weigh('first scripts', page.first)).toBeLessThanOrEqual(131_000)
  })

  test('gets by without what a room needs, until there is one', () => {
    const start = page.of('src/rooms/LandingView.vue')
    expect(weigh('start page', start)).toBeLessThanOrEqual(65_000)
    expect(start.map(({ file }) => file).join()).not.toContain('/room-')
  })

  test('takes what colours code, and what sets formulas, only when there is some', () => {
    const code = page.only('src/markdown/highlight.ts')
    expect(weigh('colours of code', code)).toBeLessThanOrEqual(25_000)
    const formulas = page.only('src/markdown/formulas.ts')
    expect(weigh('formulas', formulas)).toBeLessThanOrEqual(85_000)
  })
})
