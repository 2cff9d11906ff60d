// In a real browser: the time from the first delta of an answer reaching the page to the frame that shows it.
import { launchChromium } from '../support/chromium.ts'
import { BrowserPerson } from '../support/page.ts'
import type { BenchWorld } from './world.ts'

/** Records in the page when the first delta with text arrives and when the frame after its text has begun. */
function watchPaints(): void {
  const noted = { arrived: [] as number[], painted: [] as number[] }
  Object.assign(window, { noted })
  const Native = WebSocket
  window.WebSocket = class extends Native {
    constructor(...given: ConstructorParameters<typeof Native>) {
      super(...given)
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const delta = /^42\["update",\[(\d+),0,"(?!",)/.exec(typeof data === 'string' ? data : '')
        if (delta) noted.arrived[Number(delta[1])] ??= performance.now()
      })
    }
  }
  const look = () => {
    for (const [index, reply] of document.querySelectorAll('[data-testid="reply"]').entries()) {
      const text = reply.querySelector('[data-testid="reply-text"]')?.textContent ?? ''
      if (text === '' || noted.painted[index + 1] !== undefined) continue
      noted.painted[index + 1] = Number.NaN
      // This frame draws the change; a message posted from it arrives right after.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => (noted.painted[index + 1] = performance.now())
        port2.postMessage(null)
      })
    }
  }
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
  })
}

/** @returns the milliseconds for each of `count` answers */
export async function measurePaints(world: BenchWorld, count: number): Promise<number[]> {
  const browser = await launchChromium()
  try {
    const ana = await BrowserPerson.come(browser, 'Ana')
    await ana.page.addInitScript(watchPaints)
    await ana.makeRoom(world.server.url, 'Paint')
    for (let index = 1; index <= count; index++) {
      await ana.ask(`Number ${index}: how does streaming work? [simulate: length=60000]`)
      await ana.page.waitForFunction(
        (number) => (window as unknown as Noted).noted.painted[number]! > 0,
        index,
        { timeout: 20_000 },
      )
      await ana.at('stop').click()
      await ana.footerSays('Stopped by Ana')
    }
    const { arrived, painted } = await ana.page.evaluate(() => (window as unknown as Noted).noted)
    return Array.from(
      { length: count },
      (_, index) => (painted[index + 1] ?? Number.NaN) - (arrived[index + 1] ?? Number.NaN),
    )
  } finally {
    await browser.close()
  }
}

interface Noted {
  readonly noted: { readonly arrived: number[]; readonly painted: number[] }
}
