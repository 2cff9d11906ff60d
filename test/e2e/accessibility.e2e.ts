// Every state of the page, in a real browser, light and dark: without violations of axe-core's rules.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STORIES } from '../states/catalog.ts'
import { openStage, Scene } from '../states/scene.ts'
import { launchChromium } from '../support/chromium.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let stage: Awaited<ReturnType<typeof openStage>>
beforeAll(async () => {
  browser = await launchChromium()
  stage = await openStage(browser)
})
afterAll(async () => {
  await stage.close()
  await browser.close()
})

/** The violations of the page in its current state: rule and element. */
async function violations({ page }: Scene): Promise<string[]> {
  // Passed as text, axe is not subject to the page's content policy, which forbids foreign scripts; a reload removes
  // it.
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } }
    const { violations: found } = await axe.run()
    // axe treats a header that consists of a formula as empty: it does not read MathML, but screen readers do.
    const isFormula = (id: string, target: string): boolean =>
      id === 'empty-table-header' && document.querySelector(`${target} math`) !== null
    return found.flatMap(({ id, nodes }) =>
      nodes
        .filter(({ target }) => !isFormula(id, target.join(' ')))
        .map(({ html }) => `${id}: ${html.slice(0, 200)}`),
    )
  })
}

describe.each(STORIES)('$title', (story) => {
  test(`has no violations in: ${story.states.map(({ name }) => name).join(', ')}`, async () => {
    const scene = await Scene.open(stage)
    const found: Record<string, readonly string[]> = {}
    try {
      for (const state of story.states) {
        await state.reach(scene)
        for (const colorScheme of ['light', 'dark'] as const) {
          await scene.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          const wrong = await violations(scene)
          if (wrong.length > 0) found[`${state.name}, ${colorScheme}`] = wrong
        }
      }
    } finally {
      await story.end?.(scene)
      await scene.close()
    }
    expect(found).toEqual({})
  })
})
