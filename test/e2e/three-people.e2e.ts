// Several people in several browsers, as the README promises: reloads, cuts and crashes lose nothing, and all share one
// queue. On one node, and with a node for each. Watching one answer together and stopping it is tested in a walk
// (test/walk/answer.e2e.ts).
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '@roomcast/simulator'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'
import {
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

interface World {
  /** The node that serves the page of the first, second or third person; Ana is the first. */
  readonly node: (person: number) => ServerProcess
  /** Kills Ana's node, and restarts it on the same port and data. */
  crash(): Promise<void>
}

const PACE = { pace: 'real', seed: 7 } as const

/** A node with a file of its own and a simulated Claude, whose records show the requests that reached it. */
async function oneNode(): Promise<World> {
  const simulator = await startSimulator(PACE)
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
    node: () => server,
    crash: async () => {
      await server.kill()
      server = await startServerProcess({ ...environment, PORT: String(port) })
    },
  }
}

/** Several nodes over one Redis, so that each person's page comes from a different one. */
async function someNodes(count: number): Promise<World> {
  const deployment = await Deployment.open(count, { simulator: PACE })
  onTestFinished(() => deployment.close())
  return {
    node: (person) => deployment.node(person),
    crash: async () => {
      await deployment.node(0).kill()
      await deployment.restart(0)
    },
  }
}

async function comes(name: string, looks = {}): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => person.leave())
  return person
}

/** Complaints of the page, except those about the network, which these tests cut on purpose. */
function faults(person: BrowserPerson): string[] {
  return person.complaints.filter(
    (complaint) => !/ERR_|Failed to load resource|WebSocket connection to/.test(complaint),
  )
}

/** An invite link opened on another node. */
function at(node: ServerProcess, link: string): string {
  return node.url + new URL(link).pathname
}

const WORLDS = [
  ['one node', oneNode],
  ['three nodes over Redis', () => someNodes(3)],
] as const

describe.each(WORLDS)('people in one room on %s', (_name, aWorld) => {
  test('[R1][R4][R5.1] see the same after a reload, a cut, and a crash, and another person may continue', async () => {
    const world = await aWorld()
    const wire = await startTcpProxy(world.node(1).port)
    onTestFinished(() => wire.close())
    const [ana, bo] = [await comes('Ana'), await comes('Bo')]
    const link = await ana.makeRoom(world.node(0).url, 'Crash test')
    await bo.accept(wire.url + new URL(link).pathname)
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

  test('[R2.3][R2.4] share one queue: they wait, withdraw, and resume it after a stop', async () => {
    const { node } = await aWorld()
    const [ana, bo] = [await comes('Ana'), await comes('Bo')]
    const link = await ana.makeRoom(node(0).url, 'Queue')
    await bo.accept(at(node(1), link))
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
})

describe('a phone user', () => {
  test('sees when access is refused, and every page fits the width of the phone', async () => {
    const { node } = await oneNode()
    const { url } = node(0)
    const ana = await comes('Ana', { width: 360, height: 740, dark: true })
    await ana.makeRoom(url, 'A room with a rather long name that has to fit somewhere')
    await ana.ask('A table and some code, please.')
    await ana.reads(900)
    const overflow = await ana.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
    const room = new URL(ana.page.url()).pathname
    const eve = await comes('Eve')
    await eve.page.goto(url + room)
    await eve.at('name').waitFor()
    expect(await eve.at('reply').count()).toBe(0)
    await eve.page.goto(`${url}/invite/not-an-invite`)
    await eve.page.getByText(/isn’t valid/).waitFor()
  })
})
