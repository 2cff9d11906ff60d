// The conversation in real browsers: following and reading, older messages, links to messages, search, and returning,
// for three people on two nodes; and a room of ten thousand messages.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { lengthenRoom } from '../support/long-room.ts'
import { firstInSight, isSaid, log, topOf, wheel } from '../support/message-list.ts'
import { BrowserPerson } from '../support/page.ts'
import { Person, type Seat } from '../support/person.ts'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function comes(name: string, looks = {}): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

describe('three people on two nodes', () => {
  interface Room {
    readonly ana: BrowserPerson
    readonly url: string
    /** Bo and Cy, each on another node, without browsers. */
    readonly bo: Seat
    readonly cy: Seat
    readonly say: (seat: Seat, count: number, words: string) => Promise<void>
  }

  async function aRoom(): Promise<Room> {
    const deployment = await Deployment.open(2, { simulator: { pace: 'real', seed: 3 } })
    onTestFinished(() => deployment.close())
    const ana = await comes('Ana')
    const link = await ana.makeRoom(deployment.node(0).url, 'A place')
    const invite = new URL(link).pathname.split('/').at(-1) ?? ''
    const url = ana.page.url()
    const roomId = new URL(url).pathname.split('/').at(-1) ?? ''
    const people = await Promise.all(
      ['Bo', 'Cy'].map((name, index) => Person.come(deployment.node(index + 1).url, name)),
    )
    for (const person of people) await person.accept(invite)
    const [bo, cy] = await deployment.sit(people, roomId)
    if (!bo || !cy) throw new Error('nobody sat down')
    const say = async (seat: Seat, count: number, words: string): Promise<void> => {
      for (let number = 1; number <= count; number++)
        await seat.send({ type: 'post', text: `${words} ${number}`, ask: false })
    }
    return { ana, url, bo, cy, say }
  }

  test('messages unread while the page was hidden are marked in both tabs of a member, and nothing is missing after a network loss', async () => {
    const { ana, url, bo, say } = await aRoom()
    await say(bo, 3, 'Before')
    await isSaid(ana, 'Before 3')
    await ana.setVisible(false)
    await say(bo, 7, 'Meanwhile')
    await isSaid(ana, 'Meanwhile 7')
    expect(await ana.at('unread').count()).toBe(0)
    await ana.setVisible(true)
    await expect.poll(() => ana.at('unread').textContent()).toBe('New messages · 7')

    const second = await ana.context.newPage()
    await second.goto(url)
    await second.getByTestId('said').filter({ hasText: 'Meanwhile 7' }).waitFor()
    await ana.ask('Read it. [simulate: length=20000]')
    await expect.poll(() => ana.at('unread').getAttribute('aria-hidden')).toBe('true')
    await second.getByTestId('said').filter({ hasText: 'Read it.' }).waitFor()
    await second.close()

    const devtools = await ana.context.newCDPSession(ana.page)
    const slow = {
      offline: false,
      latency: 150,
      downloadThroughput: 20_000,
      uploadThroughput: 20_000,
    }
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', slow)
    await ana.reads(500)
    await devtools.send('Network.emulateNetworkConditions', { ...slow, offline: true })
    await say(bo, 5, 'While Ana was away')
    await ana.page.evaluate(() => window.dispatchEvent(new Event('offline')))
    const none = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await devtools.send('Network.emulateNetworkConditions', none)
    await isSaid(ana, 'While Ana was away 5')
    const texts = await ana.at('said').allTextContents()
    expect(texts.filter((text) => text.startsWith('While Ana was away'))).toHaveLength(5)
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('a room of ten thousand messages', () => {
  /** Elements of the whole page, at any scroll position. */
  const MOST_ELEMENTS = 2500

  test('can be opened, scrolled, linked and searched, with few of them on the page', async () => {
    const directory = await temporaryDirectory()
    const environment = { DATA_DIR: directory.path }
    let server = await startServerProcess(environment)
    onTestFinished(async () => {
      await server.kill()
      await directory.remove()
    })
    const ana = await comes('Ana')
    await ana.makeRoom(server.url, 'Ten thousand')
    const url = ana.page.url()
    const memberId = await ana.page.evaluate(async () => {
      const answer = (await (await fetch('/api/session')).json()) as {
        member: { memberId: string }
      }
      return answer.member.memberId
    })
    await ana.page.goto('about:blank')
    await server.stop()
    const first = lengthenRoom(directory.path, new URL(url).pathname.split('/').at(-1) ?? '', {
      memberIds: [memberId, 'somebody'],
      count: 10_000,
      until: Date.UTC(2026, 0, 1),
      text: (number) =>
        `Word ${number}. ${number === 3000 ? 'A Needle at the Café.' : 'More of it. '.repeat(number % 9)}`,
    })
    server = await startServerProcess({ ...environment, PORT: String(server.port) })

    await ana.page.goto(url)
    await isSaid(ana, 'Word 10000.')
    await expect.poll(async () => (await log(ana)).left).toBeLessThanOrEqual(1)

    // Scrolls up with the wheel, page after page; visible messages keep their place when older ones are added.
    let most = 0
    for (let seen = Infinity; seen > first + 9400;) {
      await wheel(ana, -5000)
      const offset = await firstInSight(ana)
      most = Math.max(most, (await log(ana)).elements)
      seen = offset
    }
    await expect.poll(async () => (await log(ana)).top).toBeGreaterThan(1500)
    expect(most).toBeLessThan(MOST_ELEMENTS)

    // One step up makes the page load more.
    const earliest = (): Promise<number> =>
      ana.page.evaluate(() => document.querySelectorAll('.message-block').length)
    const blocks = await earliest()
    const route = /\/messages\?/
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    await ana.page.route(route, async (call) => {
      await held
      await call.continue()
    })
    const asked = ana.page.waitForRequest(route)
    await ana.page.locator('[role="log"]').evaluate((element) => (element.scrollTop = 1000))
    await asked
    const anchor = await firstInSight(ana)
    const place = await topOf(ana, anchor)
    letGo()
    await expect.poll(earliest).toBeGreaterThan(blocks)
    await ana.page.evaluate(() => new Promise((painted) => requestAnimationFrame(painted)))
    expect(Math.abs((await topOf(ana, anchor)) - place)).toBeLessThanOrEqual(1)
    await ana.page.unroute(route)

    // A link to a message, and the ways from there.
    const wanted = first + 2999
    await ana.page.goto(`${url}?at=${wanted}`)
    const message = ana.page.locator(`[data-offset="${wanted}"]`)
    await message.waitFor()
    await expect
      .poll(() => message.evaluate((element) => element === document.activeElement))
      .toBe(true)
    const middle = await message.evaluate((element) => {
      const [place, frame] = [element, element.closest('[role="log"]')].map((each) =>
        each?.getBoundingClientRect(),
      )
      return place && frame ? place.top + place.height / 2 - frame.top - frame.height / 2 : NaN
    })
    expect(Math.abs(middle)).toBeLessThan(60)
    expect(await ana.at('detached').count()).toBe(1)
    for (let step = 0; step < 5; step++) {
      await expect.poll(async () => (await log(ana)).left).toBeGreaterThan(1000)
      await wheel(ana, 2500)
    }
    await expect.poll(() => firstInSight(ana)).toBeGreaterThan(wanted + 80)
    expect((await log(ana)).elements).toBeLessThan(MOST_ELEMENTS)
    await ana.at('back-to-now').click()
    await isSaid(ana, 'Word 10000.')
    await ana.page.goBack()
    await message.waitFor()
    await ana.page.goForward()
    await isSaid(ana, 'Word 10000.')

    // Search with the keyboard alone, from the conversation.
    await ana.page.locator('[role="log"]').focus()
    await ana.page.keyboard.press('/')
    await ana.at('search-words').fill('cafe needle')
    await ana.at('search-hit').waitFor()
    expect(await ana.at('search-hit').locator('mark').textContent()).toBe('Needle')
    await ana.page.keyboard.press('ArrowDown')
    await ana.page.keyboard.press('Enter')
    await message.waitFor()
    expect(new URL(ana.page.url()).searchParams.get('at')).toBe(String(wanted))
    await expect
      .poll(() => message.evaluate((element) => element === document.activeElement))
      .toBe(true)

    // Moves between messages, and out of the conversation again.
    await ana.page.keyboard.press('ArrowUp')
    const focused = (): Promise<string | null | undefined> =>
      ana.page.evaluate(() => document.activeElement?.getAttribute('data-offset'))
    await expect.poll(focused).toBe(String(wanted - 1))
    await ana.page.keyboard.press('j')
    await isSaid(ana, 'Word 10000.')
    expect(ana.complaints).toEqual([])
  })
})
