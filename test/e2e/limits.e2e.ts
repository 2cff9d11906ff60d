// The limits of a room and its server, as people see them: open and ended links, who may invite, whether Claude thinks,
// a code for creating rooms, questions that wait for a slot, and Claude switched off.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson, type Looks } from '../support/page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const LONG = '[simulate: length=60000 thinking=none first=20 gap=20]'

async function house(environment: Record<string, string> = {}): Promise<string> {
  const deployment = await Deployment.open(1, { simulator: { pace: 'real', seed: 7 }, environment })
  onTestFinished(() => deployment.close())
  return deployment.node(0).url
}

async function person(name: string, looks?: Looks): Promise<BrowserPerson> {
  const came = await BrowserPerson.come(browser, name, looks)
  onTestFinished(() => came.leave())
  return came
}

describe('the limits of a room and its server', () => {
  test('ask for the start code once, when a room is created', async () => {
    const url = await house({ START_CODE: 'open sesame' })
    const ana = await person('Ana')
    await ana.page.goto(url)
    await ana.at('name').fill('Ana')
    await ana.at('title').fill('Behind a door')
    expect(await ana.at('start-code').count()).toBe(0)
    await ana.at('make-room').click()
    await ana.at('start-code').waitFor()
    await expect
      .poll(() => ana.page.evaluate(() => document.activeElement?.getAttribute('data-testid')))
      .toBe('start-code')
    await ana.at('start-code').fill('wrong')
    await ana.at('make-room').click()
    await ana.page.getByText('Wrong start code.').waitFor()
    await ana.at('start-code').fill('open sesame')
    await ana.page.keyboard.press('Enter')
    await ana.isLive()
    await ana.page.getByRole('heading', { name: 'Behind a door' }).waitFor()
  })

  test('[R7.3] show that a question waits for a slot, and that Claude is switched off', async () => {
    const url = await house({ MAX_RUNNING: '1' })
    const [ana, bo] = [await person('Ana'), await person('Bo')]
    await ana.makeRoom(url, 'First')
    await bo.makeRoom(url, 'Second')
    await ana.ask(`Long? ${LONG}`)
    await ana.canStop()
    await bo.ask('And mine? [simulate: length=200 thinking=none first=20]')
    await bo.at('queue-crowded').waitFor()
    expect(await bo.at('queue-crowded').innerText()).toContain('Waiting for capacity')
    expect(await bo.at('resume').count()).toBe(0)
    await ana.at('stop').click()
    await expect.poll(() => bo.at('queue-crowded').count()).toBe(0)
    await bo.at('reply').waitFor()

    const off = await person('Cy')
    await off.makeRoom(await house({ SPENDING: 'off' }), 'Off')
    await off.ask('Anybody?')
    await off.page.getByText('Claude is currently turned off on this server.').waitFor()
    expect(await off.at('composer').inputValue()).toBe('Anybody?')
  })
})
