// Three people in three browsers, as the README promises it: everybody watches the same answer being written,
// anybody stops it, and nothing is lost by reloads, cuts and crashes.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Simulator, startSimulator } from '@roomcast/server/simulator/simulator.ts'
import { launchChromium } from '../support/chromium.ts'
import { BrowserPerson } from '../support/page.ts'
import {
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

interface World {
  readonly server: ServerProcess
  readonly simulator: Simulator
  /** Kills the server and starts it again on the same port and data. */
  crash(): Promise<void>
}

/** A server and a simulated Claude of its own, whose records tell what reached it. */
async function aWorld(): Promise<World> {
  const simulator = await startSimulator({ pace: 'real', seed: 7 })
  const directory = await temporaryDirectory()
  const environment = {
    DATA_DIR: directory.path,
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
  }
  let server = await startServerProcess(environment)
  onTestFinished(async () => {
    await server.kill()
    await simulator.close()
    await directory.remove()
  })
  const { port } = server
  return {
    simulator,
    get server() {
      return server
    },
    crash: async () => {
      await server.kill()
      server = await startServerProcess({ ...environment, PORT: String(port) })
    },
  }
}

async function comes(name: string, looks = {}): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

/** Complaints of the page that are not the network's, which these tests cut on purpose. */
function faults(person: BrowserPerson): string[] {
  return person.complaints.filter(
    (complaint) => !/ERR_|Failed to load resource|WebSocket connection to/.test(complaint),
  )
}

describe('three people in one room', { timeout: 120_000 }, () => {
  test('[R1][R2][R3][R3.2][R3.3] watch one answer, and the one who did not ask stops it for all', async () => {
    const { server, simulator } = await aWorld()
    const [ana, bo] = [await comes('Ana'), await comes('Bo', { dark: true })]
    const link = await ana.makeRoom(server.url, 'Design review')
    await bo.accept(link)
    await ana.ask('How do shared rooms work? [simulate: length=60000]')

    await bo.page.getByText('Claude is thinking').first().waitFor()
    await bo.page.getByText('Claude is answering Ana').waitFor()
    // Piece by piece: both see it grow several times.
    for (const bytes of [1, 400, 800]) await Promise.all([ana.reads(bytes), bo.reads(bytes)])

    const cy = await comes('Cy', { width: 390, height: 844 })
    await cy.accept(link)
    expect((await cy.reply()).end).toBeGreaterThanOrEqual(800)
    await cy.reads(1500)
    for (const person of [ana, bo, cy])
      await expect.poll(() => person.at('stop').isVisible()).toBe(true)

    await bo.at('stop').click()
    for (const person of [ana, bo, cy]) await person.footerSays('Stopped by Bo')
    const [first, second, third] = [await ana.reply(), await bo.reply(), await cy.reply()]
    expect(second).toEqual(first)
    expect({ ...third, text: third.text.replace(/\s+/g, ' ') }).toEqual({
      ...first,
      text: first.text.replace(/\s+/g, ' '),
    })
    expect(first.end).toBeGreaterThanOrEqual(1500)
    const request = simulator.requests.find(({ path }) => path.endsWith('/messages'))
    await until('the request to Claude is closed', () => request?.closedByClientAt, often)
    expect(request?.bytesAfterClose).toBe(0)
    for (const person of [ana, bo, cy]) expect(person.complaints).toEqual([])
  })

  test('[R1][R4][R5.1] see the same after a reload, a cut, and a crash, and another one goes on', async () => {
    const world = await aWorld()
    const { server } = world
    const wire = await startTcpProxy(server.port)
    onTestFinished(() => wire.close())
    const [ana, bo] = [await comes('Ana'), await comes('Bo')]
    const link = await ana.makeRoom(server.url, 'Crash test')
    await bo.accept(link.replace(server.url, wire.url))
    await ana.ask('Tell a debugging story. [simulate: length=30000]')
    await bo.reads(300)

    wire.cut()
    await bo.page
      .getByText(/Reconnecting|Offline/)
      .first()
      .waitFor()
    const before = (await bo.reply()).end
    await ana.reads(before + 600)
    wire.mend()
    await bo.isLive()
    await bo.reads(before + 600)
    await bo.page.reload()
    await bo.isLive()
    await bo.reads(before + 700)

    await world.crash()
    for (const person of [ana, bo]) await person.footerSays('Interrupted')
    const kept = await ana.reply()
    expect(await bo.reply()).toEqual(kept)
    await ana.page.reload()
    await ana.footerSays('Interrupted')
    expect(await ana.reply()).toEqual(kept)

    await bo.at('continue').last().click()
    await ana.page.getByText('Claude is answering Bo').waitFor()
    await ana.page.getByText('Claude is answering Bo').waitFor({ state: 'detached' })
    const [mine, theirs] = [await bo.reply(), await ana.reply()]
    expect(theirs).toEqual(mine)
    expect(mine.generation).not.toBe(kept.generation)
    expect(mine.end).toBeGreaterThan(0)
    for (const person of [ana, bo]) expect(faults(person)).toEqual([])
  })

  test('[R2.3][R2.4] wait in a queue that all can see, take back, and go on after a stop', async () => {
    const { server } = await aWorld()
    const [ana, bo] = [await comes('Ana'), await comes('Bo')]
    const link = await ana.makeRoom(server.url, 'Queue')
    await bo.accept(link)
    await ana.ask('A long one, please. [simulate: length=60000]')
    await bo.at('stop').waitFor()
    await bo.ask('May I be next?')
    await bo.ask('And this one I take back.')
    await expect.poll(() => ana.at('queue-item').count()).toBe(2)
    expect(await ana.at('withdraw').count()).toBe(0)
    await bo.at('withdraw').last().click()
    await expect.poll(() => ana.at('queue-item').count()).toBe(1)
    await bo.at('stop').click()
    await ana.at('resume').waitFor()
    await ana.at('resume').click()
    await bo.page.getByText('Claude is answering Bo').waitFor()
    await expect.poll(() => ana.at('queue-item').count()).toBe(0)
  })

  test('are told when they are not let in, and what a phone shows fits its width', async () => {
    const { server } = await aWorld()
    const ana = await comes('Ana', { width: 360, height: 740, dark: true })
    await ana.makeRoom(server.url, 'A room with a rather long name that has to fit somewhere')
    await ana.ask('A table and some code, please.')
    await ana.reads(900)
    const overflow = await ana.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
    const room = new URL(ana.page.url()).pathname
    const eve = await comes('Eve')
    await eve.page.goto(server.url + room)
    await eve.at('name').waitFor()
    expect(await eve.at('reply').count()).toBe(0)
    await eve.page.goto(`${server.url}/invite/not-an-invite`)
    await eve.at('name').fill('Eve')
    await eve.at('join-room').click()
    await eve.page.getByText(/not valid/).waitFor()
  })
})

/** The simulator's records change by themselves: look often. */
function often(look: () => void): () => void {
  const timer = setInterval(look, 20)
  return () => clearInterval(timer)
}
