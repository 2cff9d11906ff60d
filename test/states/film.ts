// Records the animation of the README from the real page: `pnpm film`. Ana asks on a desktop, Bo stops the answer on a
// phone.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium } from '../support/chromium.ts'
import { BrowserPerson } from '../support/page.ts'
import { animatedWebp, type Frame } from './animated-webp.ts'
import { draw, Easel } from './draw.ts'
import { openStage } from './scene.ts'

const FILM = join(import.meta.dirname, '../../docs/images/room.webp')
const HEIGHT = 480
const QUALITY = 50
/** How long the last picture stays, ms. */
const REST_MS = 3000

interface Shot {
  readonly at: number
  readonly pictures: readonly Buffer[]
}

const browser = await launchChromium()
const stage = await openStage(browser)
const ana = await BrowserPerson.come(browser, 'Ana', { width: 900, height: 700 })
const bo = await BrowserPerson.come(browser, 'Bo', {
  width: 390,
  height: 700,
  dark: true,
  touch: true,
})
const link = await ana.makeRoom(stage.wire.url, 'Design review')
await bo.accept(link)

const shots: Shot[] = []
let filming = true
/** Draws both pages as fast as possible until the film is over. */
async function film(): Promise<void> {
  while (filming) {
    const at = performance.now()
    shots.push({ at, pictures: await Promise.all([ana, bo].map(({ page }) => draw(page, 85))) })
  }
}
const filmed = film()
await ana.at('composer').pressSequentially('How do shared rooms work?', { delay: 60 })
await ana.page.keyboard.press('Enter')
await Promise.all([ana.reads(1400), bo.reads(1400)])
await bo.at('stop').tap()
await Promise.all([ana, bo].map((person) => person.footerSays('Stopped by Bo')))
const enough = shots.length + 4
while (shots.length < enough) await ana.page.evaluate(() => new Promise(requestAnimationFrame))
filming = false
await filmed

const easel = await Easel.open(browser)
const frames: { picture: Buffer; ms: number }[] = []
for (const [index, { at, pictures }] of shots.entries()) {
  const next = shots[index + 1]
  const ms = next ? Math.round(next.at - at) : REST_MS
  const picture = await easel.together(pictures, HEIGHT, QUALITY)
  const last = frames.at(-1)
  if (last?.picture.equals(picture)) last.ms += ms
  else frames.push({ picture, ms })
}
const picture = animatedWebp(frames satisfies Frame[], easel.size)
await writeFile(FILM, picture)
process.stdout.write(`${frames.length} pictures, ${(picture.length / 1024).toFixed(0)} kB\n`)
await stage.close()
await browser.close()
