// Three people read one long answer with every kind of content, on two nodes: one as fast as possible, one on a slow
// machine, and one whose tab is hidden meanwhile. All end with the same.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { PageBytes, sum } from '../page/page-bytes.ts'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'

const BUILT = fileURLToPath(new URL('../../packages/client/dist', import.meta.url))

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  ;[browser, deployment] = await Promise.all([
    launchChromium(),
    Deployment.open(2, { simulator: { pace: 'fast', seed: 5 } }),
  ])
})
afterAll(() => Promise.all([browser.close(), deployment.close()]))

async function comes(name: string, looks = {}): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

/** Simulates the browser's events when the tab is hidden or shown. */
async function turn(person: BrowserPerson, state: 'hidden' | 'visible'): Promise<void> {
  await person.page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

const textLength = (person: BrowserPerson) =>
  person.at('reply-text').evaluate((element) => element.textContent.length)

/** The parts of a complete answer. */
function parts(person: BrowserPerson) {
  return person.page.evaluate(() => {
    const count = (selector: string) => document.querySelectorAll(`.markdown ${selector}`).length
    return {
      text: document.querySelector('[data-testid="reply-text"]')?.textContent,
      blocks: count(':scope > *'),
      coloured: count('pre:has([class^="hljs-"])'),
      formulas: count('.formula .katex-html'),
      left: count('.formula:not(:has(.katex-html))'),
      tables: count('table'),
      tasks: count('.task'),
    }
  })
}

describe('three people who read one answer', () => {
  test('[R1] end with the same text, code, tables and formulas, including the slow and the absent one', async () => {
    const [ana, bo, cy] = [
      await comes('Ana'),
      await comes('Bo', { dark: true }),
      await comes('Cy', { width: 360, height: 740 }),
    ]
    const link = await ana.makeRoom(deployment.node(0).url, 'Reading')
    const invite = new URL(link).pathname
    await Promise.all([
      bo.accept(deployment.node(1).url + invite),
      cy.accept(deployment.node(0).url + invite),
    ])
    const slow = await bo.context.newCDPSession(bo.page)
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 })

    await ana.ask(
      'A formula with its proof, please. [simulate: length=18000, thinking=summarized, gap=20, chunk=60]',
    )
    await Promise.all([ana, bo, cy].map((person) => person.reads(2_000)))
    await turn(cy, 'hidden')
    const seen = await textLength(cy)
    // Blocks drawn by now are the same elements in the end.
    await ana.page.evaluate(() => {
      const blocks = [...document.querySelectorAll('.markdown > *')].slice(0, -2)
      Object.assign(window, { early: blocks })
    })
    await cy.reads(9_000)
    expect(await textLength(cy)).toBe(seen)
    await turn(cy, 'visible')
    await expect.poll(() => textLength(cy)).toBeGreaterThan(6_000)

    for (const person of [ana, bo, cy])
      await person.page.locator('[data-testid="reply"][aria-busy="false"]').waitFor()
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    for (const person of [ana, bo, cy]) {
      // A long answer is drawn over several frames.
      await person.reply()
      await expect.poll(async () => (await parts(person)).left).toBe(0)
      await expect.poll(async () => (await parts(person)).coloured).toBeGreaterThan(4)
    }
    const whole = await parts(ana)
    expect(whole.formulas).toBeGreaterThan(8)
    expect(whole.tables).toBeGreaterThan(2)
    expect(whole.tasks).toBeGreaterThan(1)
    // Colours appear one block at a time, later on a slow machine.
    await expect.poll(() => parts(bo)).toEqual(whole)
    await expect.poll(() => parts(cy)).toEqual(whole)
    const same = await ana.page.evaluate(() => {
      const { early } = window as unknown as { early: Element[] }
      const now = [...document.querySelectorAll('.markdown > *')]
      return early.length > 5 && early.every((block, index) => now[index] === block)
    })
    expect(same).toBe(true)
    // A reader who saw Claude think sees the duration.
    expect(await ana.at('thoughts').locator('summary').innerText()).toMatch(
      /^Thought for (\d+ s|a moment)$/,
    )
    const overflow = await cy.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
    for (const person of [ana, bo, cy]) expect(person.complaints).toEqual([])
  })

  test('load only the counted scripts until there is an answer', async () => {
    const ana = await comes('Ana')
    await ana.makeRoom(deployment.node(0).url, 'Bytes')
    // Reloads, so that scripts of earlier pages do not count.
    await ana.page.reload()
    await ana.isLive()
    await ana.page.waitForLoadState('networkidle')
    const loaded = await ana.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname.slice(1))
        .filter((path) => path.endsWith('.js')),
    )
    const { first } = new PageBytes(BUILT)
    const counted = new Set(first.map(({ file }) => file))
    expect(loaded.filter((file) => !counted.has(file))).toEqual([])
    expect(sum(first)).toBeGreaterThan(50_000)
  })
})
