// The same room on every device: a small phone with its keyboard open, a page at 200 %, forced colours, reduced motion,
// and right-to-left text. Three people in separate profiles on two nodes.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson, type Looks } from '../support/page.ts'

const ARABIC = 'ما الذي يحدث عند الإيقاف؟'

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  ;[browser, deployment] = await Promise.all([
    launchChromium(),
    Deployment.open(2, { simulator: { pace: 'real', seed: 7, scenario: 'length=60000' } }),
  ])
})
afterAll(() => Promise.all([browser.close(), deployment.close()]))

async function comes(name: string, looks: Looks): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

/** How much the page is wider than the window, px; and the bounds of the parts that must be reachable. */
function fit({ page }: BrowserPerson) {
  return page.evaluate(() => {
    const bottom = (id: string) =>
      document.querySelector(`[data-testid="${id}"]`)?.getBoundingClientRect().bottom ?? 0
    const { scrollWidth, scrollHeight } = document.documentElement
    return {
      beyond: Math.max(scrollWidth - innerWidth, scrollHeight - innerHeight, 0),
      composerInSight: bottom('composer') <= innerHeight,
      stopInSight: bottom('stop') > 0 && bottom('stop') <= innerHeight,
      log: Math.round(document.querySelector('[role="log"]')?.clientHeight ?? 0),
    }
  })
}

/** The distance between the end of the message list and the visible part, px. */
function fromTheEnd({ page }: BrowserPerson): Promise<number> {
  return page.evaluate(() => {
    const log = document.querySelector('[role="log"]')
    return log ? Math.round(log.scrollHeight - log.scrollTop - log.clientHeight) : -1
  })
}

describe('everybody', () => {
  test('reads, asks and stops: on a small phone, at 200 %, in forced colours, in any direction', async () => {
    const ana = await comes('Ana', {})
    const bo = await comes('Bo', { width: 360, height: 740, dark: true, touch: true })
    // 1280 by 800 at 200 %.
    const cy = await comes('Cy', { width: 640, height: 400 })
    await ana.page.emulateMedia({ forcedColors: 'active' })
    await cy.page.emulateMedia({ reducedMotion: 'reduce' })
    const link = await ana.makeRoom(deployment.node(0).url, 'Everybody')
    const elsewhere = deployment.node(1).url + new URL(link).pathname
    await Promise.all([bo.accept(elsewhere), cy.accept(elsewhere)])

    await bo.ask(`${ARABIC} [simulate: length=60000]`)
    await Promise.all([ana, bo, cy].map((person) => person.reads(600)))
    for (const person of [ana, bo, cy])
      expect(await fit(person)).toMatchObject({
        beyond: 0,
        composerInSight: true,
        stopInSight: true,
      })

    // The keyboard opens and takes more than a third of the phone; the end of the answer stays visible.
    await bo.page.setViewportSize({ width: 360, height: 440 })
    await bo.at('composer').tap()
    await expect
      .poll(() => fit(bo))
      .toMatchObject({ beyond: 0, composerInSight: true, stopInSight: true })
    expect((await fit(bo)).log).toBeGreaterThan(80)
    await expect.poll(() => fromTheEnd(bo)).toBeLessThanOrEqual(48)

    const said = ana.at('said').filter({ hasText: ARABIC })
    expect(await said.evaluate((element) => element.matches(':dir(rtl)'))).toBe(true)
    const [answer] = await ana.at('reply-text').locator('p').all()
    expect(await answer?.evaluate((element) => element.matches(':dir(ltr)'))).toBe(true)

    const moves = (person: BrowserPerson) =>
      person.page.evaluate(() =>
        document
          .getAnimations()
          .some(({ effect }) => effect?.getComputedTiming().iterations === Infinity),
      )
    expect(await moves(cy)).toBe(false)
    // Buttons have a border even where backgrounds are not drawn.
    const edge = await ana
      .at('stop')
      .evaluate((element) => Number.parseFloat(getComputedStyle(element).borderTopWidth))
    expect(edge).toBeGreaterThan(0)

    await bo.at('stop').tap()
    await Promise.all([ana, bo, cy].map((person) => person.footerSays('Stopped by Bo')))
    const replies = await Promise.all([ana, bo, cy].map((person) => person.reply()))
    expect(new Set(replies.map(({ end }) => end)).size).toBe(1)
    for (const person of [ana, bo, cy]) expect(person.complaints).toEqual([])
  })

  test('sees no page wider than the smallest window', async () => {
    const dee = await comes('Dee', { width: 320, height: 568 })
    const wide = () => dee.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    const { url } = deployment.node(0)
    for (const path of ['/', '/nowhere/at/all', '/invite/nonsense', '/rooms/nonsense']) {
      await dee.page.goto(url + path)
      await dee.page.getByRole('heading').first().waitFor()
      expect([path, await wide()]).toEqual([path, 0])
    }
  })
})
