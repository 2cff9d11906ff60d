// Data that leaves a room, and news for members who are not looking at it: files, deletion, mentions, announcements,
// and notifications.
import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  ;[browser, deployment] = await Promise.all([
    launchChromium(),
    Deployment.open(1, { simulator: { pace: 'real', seed: 7 } }),
  ])
})
afterAll(async () => {
  await browser.close()
  await deployment.close()
})

async function comes(name: string): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name)
  onTestFinished(() => person.leave())
  return person
}

/** Headless pages are never hidden, so this simulates it. */
async function hide(person: BrowserPerson): Promise<void> {
  await person.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
}

/** Records every text of the status region from now on, with its time, ms. */
async function listen({ page }: BrowserPerson): Promise<() => Promise<[string, number][]>> {
  await page.evaluate(() => {
    const region = document.querySelector('[data-testid="announcement"]')
    if (!region) throw new Error('there is no status region')
    const heard: [string, number][] = []
    Object.assign(window, { heard })
    new MutationObserver(() => heard.push([region.textContent, performance.now()])).observe(
      region,
      { childList: true, characterData: true, subtree: true },
    )
  })
  return () => page.evaluate(() => (window as unknown as { heard: [string, number][] }).heard)
}

const sentencesOf = (heard: [string, number][]): string => heard.map(([text]) => text).join('\n')

describe('a room', () => {
  test('is exported from its menu, and deleted after typing its title', async () => {
    const ana = await comes('Ana')
    await ana.makeRoom(deployment.node(0).url, 'Short-lived')
    await ana.ask('What stays? [simulate: length=200 pace=instant]')
    await expect.poll(async () => (await ana.reply()).text.length).toBeGreaterThan(150)
    await expect.poll(() => ana.at('stop').count()).toBe(0)
    const { text } = await ana.reply()
    for (const kind of ['markdown', 'json']) {
      await ana.at('more').click()
      const [download] = await Promise.all([
        ana.page.waitForEvent('download'),
        ana.at(`menu-${kind}`).click(),
      ])
      const file = await readFile(await download.path(), 'utf8')
      expect(file).toContain('What stays?')
      expect(file).toContain(text.split('\n')[0]?.slice(0, 40))
      expect(download.suggestedFilename()).toMatch(kind === 'json' ? /\.json$/ : /\.md$/)
    }
    await ana.at('more').click()
    await ana.at('menu-delete').click()
    await ana.at('confirm-typed').fill('Short')
    await ana.at('confirm').click({ force: true })
    expect(await ana.at('confirm').getAttribute('aria-disabled')).toBe('true')
    await ana.at('confirm-typed').fill('Short-lived')
    await ana.at('confirm').click()
    await ana.at('title').waitFor()
    await expect.poll(() => ana.page.getByText('Short-lived').count()).toBe(0)
    await ana.page.goBack()
    await ana.at('face').waitFor()
    expect(await ana.at('face').textContent()).toContain('Room not found')
  })

  test('announces joins, questions and stops, and optionally whole sentences at a steady pace', async () => {
    const ana = await comes('Ana')
    const link = await ana.makeRoom(deployment.node(0).url, 'Listening')
    const heard = await listen(ana)
    const bo = await comes('Bo')
    await bo.accept(link)
    await expect.poll(async () => sentencesOf(await heard())).toContain('Bo joined.')
    await bo.ask('Is it heard? [simulate: length=60000 thinking=none first=50]')
    await bo.reads(50)
    await bo.at('stop').click()
    await expect.poll(async () => sentencesOf(await heard())).toContain('Stopped by Bo')
    await bo.ask('And to the end? [simulate: length=100 pace=instant]')
    await expect.poll(async () => sentencesOf(await heard())).toMatch(/Claude finished\. \d+ words/)
    expect(sentencesOf(await heard())).toContain('Bo asked Claude.')
    // The answer itself is not announced.
    expect(sentencesOf(await heard())).not.toContain((await ana.reply()).text.slice(0, 20))

    await ana.at('preferences').click()
    await ana.at('announce-sentences').check()
    await ana.page.keyboard.press('Escape')
    const before = (await heard()).length
    await bo.ask('Sentence by sentence? [simulate: length=1500 pace=instant]')
    const said = async () => (await heard()).slice(before).filter(([text]) => !/Claude/.test(text))
    await expect.poll(async () => (await said()).length).toBeGreaterThanOrEqual(2)
    const sentences = await said()
    // A sentence, or a line of its own such as a heading.
    const lines = (await ana.reply()).text.split('\n').map((line) => line.trim())
    expect(sentences.filter(([text]) => !/[.?!:…]$/.test(text) && !lines.includes(text))).toEqual(
      [],
    )
    const pauses = sentences.slice(1).map(([, at], index) => at - (sentences[index]?.[1] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThan(1400)
    expect([...ana.complaints, ...bo.complaints]).toEqual([])
  })

  test('marks a mention in the list of rooms, and notifies a member who allows it once', async () => {
    const [ana, bo] = await Promise.all([comes('Ana'), comes('Bo')])
    await ana.context.grantPermissions(['notifications'])
    await ana.page.addInitScript(() => {
      const shown: string[] = []
      class Shown extends EventTarget {
        static readonly permission = 'granted'
        static requestPermission = () => Promise.resolve('granted')
        constructor(title: string, { body = '' }: NotificationOptions = {}) {
          super()
          shown.push(`${title}: ${body}`)
        }
        close() {}
      }
      Object.assign(window, { Notification: Shown, shown })
    })
    const shown = () => ana.page.evaluate(() => (window as unknown as { shown: string[] }).shown)
    const link = await ana.makeRoom(deployment.node(0).url, 'Called')
    await bo.accept(link)
    await ana.at('preferences').click()
    await ana.at('notify').check()
    await ana.page.keyboard.press('Escape')
    await hide(ana)
    await bo.at('ask-toggle').click()
    await bo.at('composer').pressSequentially('Nobody is meant. ')
    await bo.at('send').click()
    await bo.at('composer').pressSequentially('Look, @An')
    await bo.page.keyboard.press('Enter')
    await bo.at('composer').pressSequentially('please')
    await bo.at('send').click()
    await expect.poll(shown).toEqual(['Called: Bo: Look, @Ana please'])

    await ana.at('new-room').click()
    await ana.at('title').fill('Elsewhere')
    await ana.page.keyboard.press('Enter')
    await ana.isLive()
    await bo.at('composer').pressSequentially('And once more @An')
    await bo.page.keyboard.press('Enter')
    await bo.at('send').click()
    const room = ana.at('room-link').filter({ hasText: 'Called' })
    await ana.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => 'visible',
      })
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await expect.poll(() => room.getByTestId('unread').textContent()).toContain('@')
    expect(await room.getByText('you were mentioned').count()).toBe(1)
    expect(await shown()).toHaveLength(1)
    expect([...ana.complaints, ...bo.complaints]).toEqual([])
  })
})
