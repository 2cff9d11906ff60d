// What stands around a conversation, with three people on two nodes: who is here and how, my other rooms, the
// settings of a room, coming and going, and the keyboard.
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

/** An invite as it is opened by way of the second node. */
function elsewhere(link: string): string {
  return deployment.node(1).url + new URL(link).pathname
}

/** Ana's room on the first node, and the others in it on the second. */
async function meet(title: string, ...names: readonly string[]): Promise<BrowserPerson[]> {
  const looks = { height: 420 }
  const ana = await comes('Ana')
  const link = await ana.makeRoom(deployment.node(0).url, title)
  const others = await Promise.all(names.map((name) => comes(name, looks)))
  await Promise.all(others.map((person) => person.accept(elsewhere(link))))
  return [ana, ...others]
}

/** Headless pages are never hidden, so the page is told that it is. */
async function hide(person: BrowserPerson, hidden: boolean): Promise<void> {
  await person.page.evaluate((isHidden) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (isHidden ? 'hidden' : 'visible'),
    })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}

/** How the list of people on this screen shows somebody. */
function lookOf(on: BrowserPerson, name: string): Promise<string | null> {
  return on.at('person').filter({ hasText: name }).getAttribute('data-look')
}

describe('around the conversation', () => {
  test('everybody sees who watches live, reads above, is away, or not here', async () => {
    const [ana, bo, cy] = (await meet('Design review', 'Bo', 'Cy')) as [
      BrowserPerson,
      BrowserPerson,
      BrowserPerson,
    ]
    await ana.ask(
      'How do shared rooms work? [simulate: length=60000 thinking=none first=50 chunk=40]',
    )
    await expect.poll(() => ana.at('watching').textContent()).toContain('3 watching')
    await bo.reads(700)
    await bo.page.getByRole('log').hover()
    await expect
      .poll(async () => {
        await bo.page.mouse.wheel(0, -300)
        return lookOf(ana, 'Bo')
      })
      .toBe('above')
    await hide(cy, true)
    await expect.poll(() => lookOf(ana, 'Cy')).toBe('away')
    expect(await ana.at('here').getByText('reading above').count()).toBe(1)
    await expect.poll(() => ana.at('watching').textContent()).toContain('1 watching')
    await cy.page.goto(deployment.node(1).url)
    await expect.poll(() => ana.at('not-here').textContent()).toContain('Cy')

    await bo.at('stop-why').click()
    await bo.at('stop-reason').getByRole('textbox').fill('We know enough')
    await bo.page.keyboard.press('Enter')
    await ana.footerSays('Stopped by Bo')
    await ana.footerSays('We know enough')
    expect([...ana.complaints, ...bo.complaints, ...cy.complaints]).toEqual([])
  })

  test('what the owner changes, all see; who is removed, reads why; what came while hidden is counted', async () => {
    const [ana, bo, cy] = (await meet('Weekly', 'Bo', 'Cy')) as [
      BrowserPerson,
      BrowserPerson,
      BrowserPerson,
    ]
    await ana.at('more').click()
    await ana.at('menu-settings').click()
    await ana.at('room-title').fill('Weekly planning')
    await ana.at('room-instructions').fill('Answer in one sentence.')
    const models = await ana.at('room-model').locator('option').allTextContents()
    expect(models.length).toBeGreaterThan(1)
    await ana.at('room-model').selectOption({ index: 1 })
    const model = await ana.at('room-model').inputValue()
    await ana.at('save-room').click()
    for (const person of [ana, bo, cy])
      await person.page.getByRole('heading', { name: 'Weekly planning' }).waitFor()
    await bo.at('more').click()
    await bo.at('menu-settings').click()
    expect(await bo.at('room-instructions').inputValue()).toBe('Answer in one sentence.')
    expect(await bo.at('room-model').inputValue()).toBe(model)
    expect(await bo.at('save-room').count()).toBe(0)
    await bo.page.keyboard.press('Escape')

    await hide(bo, true)
    await ana.at('ask-toggle').click()
    await ana.ask('Hello, everybody')
    await expect.poll(() => bo.page.title()).toBe('(1) Weekly planning · Roomcast')
    await hide(bo, false)
    await expect.poll(() => bo.page.title()).toBe('Weekly planning · Roomcast')

    await cy.at('composer').fill('Half a thought')
    await ana.at('person').filter({ hasText: 'Cy' }).getByTestId('remove-member').click()
    await ana.at('confirm').click()
    await cy.at('face').getByText('You were removed from this room').waitFor()
    expect(await cy.at('face').getByRole('textbox').inputValue()).toBe('Half a thought')
    await expect.poll(() => ana.at('person').count()).toBe(2)
    await bo.at('leave-room').click()
    await bo.at('confirm').click()
    await bo.at('make-room').waitFor()
    await expect.poll(() => ana.at('person').count()).toBe(1)
    expect([...ana.complaints, ...bo.complaints, ...cy.complaints]).toEqual([])
  })

  test('my other rooms tell what is new and where Claude is answering; the keyboard goes everywhere', async () => {
    const [ana, bo] = (await meet('First room', 'Bo')) as [BrowserPerson, BrowserPerson]
    const first = new URL(ana.page.url()).pathname
    await ana.at('new-room').click()
    await ana.at('title').fill('Second room')
    await ana.page.keyboard.press('Enter')
    await ana.isLive()
    const second = new URL(ana.page.url()).pathname
    expect(second).not.toBe(first)
    await bo.ask('Anybody here? [simulate: length=60000]')
    await bo.at('stop').waitFor()
    await hide(ana, false)
    const firstLink = ana.at('room-link').filter({ hasText: 'First room' })
    await expect.poll(() => firstLink.getByTestId('unread').count()).toBe(1)
    await ana.page.getByRole('region', { name: 'Live now' }).waitFor()

    await ana.page.keyboard.press('Alt+Shift+ArrowDown')
    await ana.page.waitForURL(`**${first}`)
    await ana.page.getByRole('heading', { name: 'First room' }).waitFor()
    await ana.at('stop').waitFor()
    await ana.page.goBack()
    await ana.page.getByRole('heading', { name: 'Second room' }).waitFor()
    await ana.isLive()
    expect(await ana.at('stop').count()).toBe(0)
    await ana.page.goForward()
    await ana.page.getByRole('heading', { name: 'First room' }).waitFor()
    await ana.at('stop').waitFor()

    await ana.page.keyboard.press('Control+k')
    await ana.at('find-field').fill('sec')
    await expect.poll(() => ana.at('found-room').count()).toBe(1)
    await ana.page.keyboard.press('Enter')
    await ana.page.waitForURL(`**${second}`)
    await ana.isLive()

    const focused = () =>
      ana.page.evaluate(() => {
        const region = document.activeElement?.closest('nav, header, [role="log"], .dock, aside')
        return region?.getAttribute('role') ?? region?.className ?? ''
      })
    await ana.page.keyboard.press('Alt+Shift+M')
    expect(await focused()).toContain('dock')
    const visited: string[] = []
    for (let pressed = 0; pressed < 5; pressed++) {
      await ana.page.keyboard.press('F6')
      visited.push(await focused())
    }
    expect(new Set(visited).size).toBe(5)
    expect(visited.at(-1)).toContain('dock')
    await ana.page.keyboard.press('Control+/')
    await ana.at('shortcuts').waitFor()
    expect([...ana.complaints, ...bo.complaints]).toEqual([])
  })

  test('an invite names its room and who is there; a chosen theme is there before anything is drawn', async () => {
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
    await eve.at('invite-problem').getByText('This invite is not valid').waitFor()
  })

  test('the room has its place at every width, whatever rooms are called', async () => {
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
