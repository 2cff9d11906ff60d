// The parts around a conversation, with three people on two nodes: presence, my other rooms, the settings of a room,
// coming and going, and the keyboard.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson, type Looks } from '../support/page.ts'

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  const opened = await Promise.all([
    launchChromium(),
    Deployment.open(2, { simulator: { pace: 'real', seed: 7 } }),
  ])
  ;[browser, deployment] = opened
})
afterAll(async () => {
  await browser.close()
  await deployment.close()
})

async function comes(name: string, looks: Looks = {}): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

/** An invite link opened on the second node. */
function elsewhere(link: string): string {
  return deployment.node(1).url + new URL(link).pathname
}

describe('around the conversation', () => {
  test('an invite shows its room and who is present; a chosen theme applies before anything is drawn', async () => {
    const ana = await comes('Ana')
    const link = await ana.makeRoom(deployment.node(0).url, 'Incident 412')
    await ana.ask('What happened? [simulate: length=60000]')
    await ana.at('stop').waitFor()
    const dee = await comes('Dee', { width: 360, height: 740 })
    await dee.page.goto(elsewhere(link))
    const look = dee.at('invite-look')
    await expect.poll(() => look.textContent()).toContain('Incident 412')
    expect(await look.textContent()).toContain('Ana is here.')
    expect(await look.textContent()).toContain('Claude is answering now')
    await dee.at('name').fill('Dee')
    await dee.at('join-room').click()
    await dee.isLive()
    await dee.at('rooms').click()
    await dee.at('preferences').click()
    await dee.at('theme-dark').check()
    const themes = () =>
      dee.page.evaluate(() => [
        document.documentElement.dataset['firstTheme'],
        getComputedStyle(document.documentElement).colorScheme,
      ])
    expect((await themes())[1]).toBe('dark')
    await dee.page.addInitScript(() => {
      new MutationObserver((_changes, observer) => {
        if (!document.body) return
        const { dataset } = document.documentElement
        dataset['firstTheme'] = dataset['theme'] ?? 'none'
        observer.disconnect()
      }).observe(document, { childList: true, subtree: true })
    })
    await dee.page.reload()
    await dee.isLive()
    expect(await themes()).toEqual(['dark', 'dark'])
    const scrolls = await dee.page.evaluate(() => {
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement
      return [scrollWidth - clientWidth, scrollHeight - clientHeight]
    })
    expect(scrolls).toEqual([0, 0])

    const eve = await comes('Eve')
    await eve.page.goto(`${deployment.node(1).url}/invite/not-an-invite`)
    await eve.at('invite-problem').getByText('This invite isn’t valid').waitFor()
  })

  test('the room keeps its place at every width, whatever the names of rooms', async () => {
    const ana = await comes('Ana')
    const link = await ana.makeRoom(deployment.node(0).url, 'Long '.repeat(20).trim())
    const box = async (selector: string) => {
      const found = await ana.page.locator(selector).boundingBox()
      return found && { x: found.x, y: found.y, width: found.width, height: found.height }
    }
    await ana.at('room-link').waitFor()
    expect((await box('nav.side-part'))?.width).toBeLessThanOrEqual(264)
    expect((await box('main.room'))?.x).toBe(264)
    await ana.page.setViewportSize({ width: 390, height: 844 })
    await expect.poll(() => box('main.room')).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    await ana.page.setViewportSize({ width: 768, height: 800 })
    await expect.poll(async () => (await box('.room-title'))?.width).toBeGreaterThan(150)
    expect(await ana.at('person').isVisible()).toBe(false)
    await ana.page.setViewportSize({ width: 1280, height: 800 })
    await ana.at('person').waitFor()
    expect(await ana.at('leave-room').count()).toBe(0)
    await ana.page.goto(deployment.node(0).url)
    await ana.at('room-link').waitFor()
    expect((await box('.card'))?.width).toBeLessThanOrEqual(544)

    const fay = await comes('Fay', { width: 390, height: 844, touch: true })
    await fay.accept(link)
    await fay.at('ask-toggle').click()
    await fay.ask('With fingers')
    await fay.at('message-more').click()
    await fay.at('message-actions').waitFor()
    await fay.page.keyboard.press('Escape')
    await expect.poll(() => fay.at('message-actions').count()).toBe(0)
  })
})
