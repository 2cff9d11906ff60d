// How much a browser loads before a room appears. The page is built for this test, so the weights are current.
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

/** Prints the counted sizes, whether too large or not. */
function weigh(what: string, loaded: readonly Loaded[]): number {
  process.stdout.write(listed(what, loaded))
  return sum(loaded)
}

describe('the page, as sent to browsers', () => {
  test('loads at most 131,000 bytes of scripts before a room appears', () => {
    expect(page.first.length).toBeGreaterThan(1)
    expect(weigh('first scripts', page.first)).toBeLessThanOrEqual(131_000)
  })

  test('loads no code for rooms outside a room', () => {
    const start = page.of('src/rooms/LandingView.vue')
    expect(weigh('start page', start)).toBeLessThanOrEqual(65_000)
    expect(start.map(({ file }) => file).join()).not.toContain('/room-')
  })

  test('loads code highlighting and formula rendering only on demand', () => {
    const code = page.only('src/markdown/highlight.ts')
    expect(weigh('colours of code', code)).toBeLessThanOrEqual(25_000)
    const formulas = page.only('src/markdown/formulas.ts')
    expect(weigh('formulas', formulas)).toBeLessThanOrEqual(85_000)
  })
})
