// Pages and servers of different versions, side by side as in an upgrade: a page that must reload says so, and no
// written text is lost. The page is the real one; a wire in between makes it speak another version.
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { startNginx } from '../support/nginx.ts'
import { BrowserPerson } from '../support/page.ts'
import { House } from '../process/house.ts'

let browser: Browser
let house: House
beforeAll(async () => {
  ;[browser, house] = await Promise.all([launchChromium(), House.open()])
})
afterAll(async () => {
  await browser.close()
  await house.close()
})

const same = (message: string) => message

/** The wire between a page and its server. */
class Between {
  toServer = same
  /** Null: nothing gets through. */
  toPage: ((message: string) => string) | null = same
  #socket: WebSocketRoute | null = null

  /** From now on leads the page's traffic through here. */
  async take({ page }: BrowserPerson): Promise<void> {
    await page.routeWebSocket(/socket\.io/, (socket) => {
      this.#socket = socket
      const server = socket.connectToServer()
      socket.onMessage((message) => server.send(this.toServer(message.toString())))
      server.onMessage((message) => {
        if (this.toPage) socket.send(this.toPage(message.toString()))
      })
    })
  }

  /** Sends the page a message that its server has not sent. */
  say(message: string): void {
    this.#socket?.send(message)
  }

  async cut(): Promise<void> {
    await this.#socket?.close()
  }
}

/** A person alone in a new room, with a wire in between. */
async function inRoom(name: string): Promise<{ person: BrowserPerson; between: Between }> {
  const person = await BrowserPerson.come(browser, name)
  onTestFinished(() => person.leave())
  const between = new Between()
  await between.take(person)
  await person.makeRoom(house.server.url, 'A room')
  return { person, between }
}

/** Makes a script of the page unavailable, as an upgrade does. Returns a function that restores it. */
async function without({ page }: BrowserPerson, file: string): Promise<() => Promise<void>> {
  const scripts = `**/assets/${file}-*.js`
  let taken = 0
  await page.route(scripts, (route) => {
    taken++
    return route.continue({ url: route.request().url().replace(file, 'Old') })
  })
  return async () => {
    expect(taken).toBeGreaterThan(0)
    await page.unroute(scripts)
  }
}

const asVersion = (version: number) => (message: string) =>
  message.replace(/^40\{(.*)"version":\d+/, `40{$1"version":${version}`)

describe('a page', () => {
  it('[W4][R4.1] that is older than the server is told to reload, and then sends its unsent message, once', async () => {
    const { person, between } = await inRoom('Alice')
    // Executed but never acknowledged: the upgrade comes in between.
    between.toPage = null
    await person.ask('Into the upgrade.')
    await person.at('composer').fill('Half a thought')
    between.toServer = asVersion(0)
    between.toPage = same
    await between.cut()
    const face = person.page.getByRole('heading', { name: 'New version available' })
    await face.waitFor()
    const shot = process.env['SCREENSHOTS']
    if (shot) await person.page.screenshot({ path: `${shot}/older.png` })
    expect(await person.page.locator('main').innerText()).toContain(
      'This page is older than the server. Reload it to continue. Your draft is saved.',
    )
    between.toServer = same
    await person.page.getByRole('button', { name: 'Reload' }).click()
    await face.waitFor({ state: 'detached' })
    await person.isLive()
    const said = person.page.getByText('Into the upgrade.', { exact: true })
    await said.first().waitFor()
    // By now it has been sent again and answered.
    const unsent = () =>
      person.page.evaluate(
        () => Object.keys(localStorage).filter((key) => key.startsWith('unsent:')).length,
      )
    await expect.poll(unsent).toBe(0)
    await person.reads(1)
    expect(await said.count()).toBe(1)
    expect(await person.at('composer').inputValue()).toBe('Half a thought')
  })

  it('[W4] that is newer than the server retries by itself, says why, and is accepted by the next node', async () => {
    const { person, between } = await inRoom('Bob')
    between.toServer = asVersion(1000)
    await between.cut()
    const notice = person.at('notice-link').filter({ hasText: 'newer than the server' })
    await notice.waitFor()
    const shot = process.env['SCREENSHOTS']
    if (shot) await person.page.screenshot({ path: `${shot}/newer.png` })
    expect(await notice.innerText()).toMatch(/in the middle of an upgrade.* Trying again/)
    // The notice mentions unsent text only to a person who has some.
    await person.ask('Still here?')
    await notice.filter({ hasText: 'Your text is safe. Trying again' }).waitFor()
    between.toServer = same
    await person.isLive()
    await person.reads(1)
  })

  it('[W3] that receives an entry of a later version asks for a reload, and continues meanwhile', async () => {
    const { person, between } = await inRoom('Carol')
    const post = '"type":"message-posted"'
    between.toPage = (message) => message.replace(post, '"type":"message-sung"')
    await person.ask('La la la')
    await person.page.getByText('Some of this room can’t be shown').waitFor()
    between.toPage = same
    // The order is preserved: later messages are shown.
    await person.reads(1)
    await person.at('composer').fill('Half a thought')
    await person.page.getByRole('button', { name: 'Reload' }).click()
    await person.page.getByText('La la la', { exact: true }).waitFor()
    expect(await person.page.getByText('outdated').count()).toBe(0)
    expect(await person.at('composer').inputValue()).toBe('Half a thought')
  })

  it('[W2] ignores updates and fields of a later version', async () => {
    const { person, between } = await inRoom('Dora')
    between.say('42["update",{"type":"weather","sky":"clear"}]')
    between.say('42["forecast",{"sky":"clear"}]')
    between.toPage = (message) => message.replaceAll('"type":', '"mood":{"of":"the day"},"type":')
    await person.ask('Why? [simulate: length=200]')
    await expect.poll(async () => (await person.reply()).text.length).toBeGreaterThan(100)
    expect(person.complaints).toEqual([])
    expect(await person.page.getByText('outdated').count()).toBe(0)
  })

  it('[W1][R4.3] gets the text of an unknown command back, with the reason', async () => {
    const { person, between } = await inRoom('Eve')
    between.toServer = (message) => message.replace('"type":"post"', '"type":"sing"')
    await person.ask('La la la')
    await person.page.getByText('Not sent: There is no command "sing".').waitFor()
    expect(await person.at('composer').inputValue()).toBe('La la la')
  })

  it('says if an upgrade has removed its files, and reaches its destination after a reload', async () => {
    const person = await BrowserPerson.come(browser, 'Fay')
    onTestFinished(() => person.leave())
    const { page } = person
    const bring = await without(person, 'room')
    await page.goto(house.server.url)
    await person.at('name').fill('Fay')
    await person.at('make-room').click()
    const notice = person.at('notice-stuck')
    await notice.waitFor()
    const shot = process.env['SCREENSHOTS']
    if (shot) await page.screenshot({ path: `${shot}/stuck.png` })
    expect(await notice.innerText()).toContain('There may be a new version')
    expect(await page.getByText('Something went wrong').count()).toBe(0)
    await bring()
    await page.getByRole('button', { name: 'Reload' }).click()
    await person.isLive()
    expect(page.url()).toMatch(/\/rooms\/[\w-]+$/)
  })

  it('says if the files of a menu or dialog are missing, opens it once they are back, and loses nothing', async () => {
    const person = await BrowserPerson.come(browser, 'Gil')
    onTestFinished(() => person.leave())
    const { page } = person
    await page.goto(house.server.url)
    await person.at('name').fill('Gil')
    await person.at('make-room').click()
    await person.isLive()
    await person.at('composer').fill('Half a thought')
    const notice = person.at('notice-stuck')
    const parts: [file: string, shows: string, press: () => Promise<void>][] = [
      ['RoomMenu', '.menu', () => person.at('more').click()],
      ['RoomDialogs', 'dialog', () => person.at('invite').first().click()],
      ['RoomSearch', 'dialog', () => page.keyboard.press('Control+Shift+F')],
      ['FindRoomDialog', 'dialog', () => person.at('find').click()],
    ]
    for (const [file, shows, press] of parts) {
      const bring = await without(person, file)
      await press()
      await notice.waitFor()
      const shot = process.env['SCREENSHOTS']
      if (shot) await page.screenshot({ path: `${shot}/without-${file}.png` })
      expect(await notice.innerText()).toContain('Your draft is saved.')
      await bring()
      await notice.getByRole('button', { name: 'Close' }).click()
      await notice.waitFor({ state: 'detached' })
      await press()
      await page.locator(shows).first().waitFor()
      await page.keyboard.press('Escape')
      await page.locator(shows).first().waitFor({ state: 'detached' })
    }
    await without(person, 'ShortcutsDialog')
    await page.keyboard.press('Control+/')
    await notice.getByRole('button', { name: 'Reload' }).click()
    await notice.waitFor({ state: 'detached' })
    await person.isLive()
    expect(await person.at('composer').inputValue()).toBe('Half a thought')
  })
})

describe('the shipped nginx, while nodes are of different versions', () => {
  /** A node without any file of the page. */
  async function otherNode(): Promise<Server> {
    const server = createServer((_, response) => response.writeHead(404).end('gone'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return server
  }

  it('finds a file of the page on the node that has it, and answers 404 if none has', async () => {
    const other = await otherNode()
    const { port } = other.address() as AddressInfo
    const nginx = await startNginx({ nodes: [port, house.server.port] })
    onTestFinished(() => nginx.stop())
    const index = await (await fetch(house.server.url)).text()
    const file = /\/assets\/index-[^"]+\.js/.exec(index)?.[0] ?? 'none'
    for (let count = 0; count < 4; count++) {
      const found = await fetch(nginx.url + file)
      expect([found.status, found.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ])
      expect((await fetch(`${nginx.url}/assets/gone-1.js`)).status).toBe(404)
    }
  })
})
