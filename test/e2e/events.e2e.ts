// The program for pages in docs/events.md, in Chromium exactly as printed there: through cuts and a restart of the
// server it shows exactly the text that a socket has.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { House } from '../process/house.ts'
import { launchChromium } from '../support/chromium.ts'
import { codeBlocks } from '../support/code-blocks.ts'
import { BrowserPerson } from '../support/page.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const code = codeBlocks('docs/events.md')

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test('[R1][W6] a page with EventSource shows the same text as all others, through cuts and a restart', async () => {
  const house = await House.open()
  const proxy = await startTcpProxy(house.server.port)
  const bob = await BrowserPerson.come(browser, 'Bob')
  onTestFinished(async () => {
    await bob.leave()
    await proxy.close()
    await house.close()
  })
  const alice = await house.sit(house.alice)
  await alice.ask('First? [simulate: unicode]')
  await alice.ended(1)

  await bob.context.addCookies([{ name: 'roomcast', value: house.bob.token, url: proxy.url }])
  await bob.page.goto(proxy.url)
  const program = ['replies.js', 'event-source.js', 'page.js'].map(code).join('\n')
  await bob.page.evaluate(`{ const ROOM = '${house.roomId}'\n${program} }`)
  const shown = () => bob.page.locator('body > pre').evaluate((pre) => pre.textContent)
  const text = () =>
    alice.state.messages.flatMap((one) => (one.kind === 'reply' ? one.text : [])).join('\n')
  await expect.poll(shown).toBe(text())

  await alice.ask('Second? [simulate: unicode length=6000 gap=20 chunk=40]')
  await alice.reads(1000)
  await expect.poll(async () => (await shown())?.length).toBeGreaterThan(1500)
  proxy.cut()
  await alice.reads(2000)
  proxy.mend()
  await alice.ended(2)
  await expect.poll(shown).toBe(text())

  await alice.ask('Third? [simulate: unicode length=50000 gap=20 chunk=40]')
  await alice.reads(1000)
  await house.server.kill()
  await house.start()
  await alice.live()
  await alice.ended(3)
  await alice.ask('Fourth? [simulate: unicode]')
  await alice.ended(4)
  await expect.poll(shown).toBe(text())

  // Each time it reconnected for the missing part.
  const asked = proxy.sent().match(/^(GET \S*\/events\S*|last-event-id: \S+)/gim) ?? []
  expect(asked.filter((line) => line.startsWith('GET')).length).toBeGreaterThanOrEqual(3)
  expect(asked.filter((line) => /id[:=]/i.test(line)).length).toBeGreaterThanOrEqual(2)
})
