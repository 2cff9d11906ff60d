// Redis freezes during an answer: both pages say that they are paused, and then continue by themselves to the same
// text.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'

/** If set, screenshots of the pages are saved in this directory. */
const SHOTS = process.env['SHOTS']

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function drawn(person: BrowserPerson, name: string): Promise<void> {
  if (SHOTS) await person.page.screenshot({ path: `${SHOTS}/${name}.png` })
}

/** Records every text of the page's one status region, which exists with the room. */
async function listen({ page }: BrowserPerson): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    const region = document.querySelector('[data-testid="announcement"]')
    if (!region) throw new Error('there is no status region')
    const note = () => said.push(region.textContent)
    new MutationObserver(note).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said)
}

test('[R5.3] both pages are paused while Redis is frozen, then live with the same text', async () => {
  const deployment = await Deployment.open(2, { simulator: { pace: 'real', seed: 7 } })
  const ana = await BrowserPerson.come(browser, 'Ana')
  const bo = await BrowserPerson.come(browser, 'Bo', { width: 390, height: 844, dark: true })
  onTestFinished(async () => {
    await Promise.all([ana.leave(), bo.leave()])
    await deployment.close()
  })
  const { redis } = deployment
  if (!redis) throw new Error('there is no Redis')
  const link = await ana.makeRoom(deployment.node(0).url, 'Design review')
  await bo.accept(deployment.node(1).url + new URL(link).pathname)
  const heard = await listen(ana)
  await ana.ask('How do shared rooms work? [simulate: length=60000]')
  await Promise.all([ana.reads(600), bo.reads(600)])

  redis.pause()
  for (const person of [ana, bo]) {
    await expect.poll(() => person.at('status').textContent()).toBe('Paused')
    const notice = person.at('notice-paused')
    expect(await notice.textContent()).toContain(
      'Nothing is lost; the room continues automatically',
    )
    // Amber, not the colour of errors.
    expect(await person.at('status').getAttribute('class')).toContain('busy')
    expect(await person.page.locator('.strip-facts').textContent()).toBe('paused')
  }
  const before = (await ana.reply()).end
  await bo.ask('And what does it cost?')
  await bo.page.getByText('Not sent: The server can’t reach its storage').waitFor()
  expect(await bo.at('composer').inputValue()).toBe('And what does it cost?')
  await drawn(ana, 'paused-desktop')
  await drawn(bo, 'paused-phone')

  redis.resume()
  await Promise.all([ana.isLive(), bo.isLive()])
  await Promise.all([ana.reads(before + 300), bo.reads(before + 300)])
  expect(await bo.at('notice-paused').count()).toBe(0)
  await bo.page.getByText('you can send it again now').waitFor()
  await drawn(bo, 'back-phone')

  // A stop pressed while Redis is frozen is not acknowledged, says so, and needs no second press.
  redis.pause()
  await expect.poll(() => ana.at('status').textContent()).toBe('Paused')
  await ana.at('stop').click()
  await ana.page.getByText('Stop pending…').waitFor()
  await drawn(ana, 'stop-waits-desktop')
  redis.resume()
  await Promise.all([ana, bo].map((person) => person.footerSays('Stopped by Ana')))
  const replies = await Promise.all([ana.reply(), bo.reply()])
  expect(replies[1]).toEqual(replies[0])
  await Promise.all([ana.isLive(), bo.isLive()])

  await bo.at('send').click()
  await expect.poll(() => bo.page.getByText('Not sent').count()).toBe(0)
  await ana.page.getByText('And what does it cost?').first().waitFor()
  // One after another, at a pace suitable for listening.
  const pauses = async () => (await heard()).filter((text) => text.startsWith('Paused'))
  await expect.poll(pauses).toHaveLength(2)
  const sentences = await heard()
  expect(sentences.filter((text) => text === 'Reconnected.').length).toBeLessThanOrEqual(2)
  for (const person of [ana, bo]) expect(person.complaints).toEqual([])
})
