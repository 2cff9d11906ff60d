// The longest task that each text of the corpus causes in a page, on a machine that is four times slower (`SLOWER`):
// shown at once, and growing in `STEPS`. `SIZE` characters each; `ONLY` names some of them, separated by commas. A text
// that takes too long is tried again, since other load on the machine only adds time: a text that is too heavy is so
// every time.
import { launchChromium } from '../support/chromium.ts'
import { openAnswer, openAnswerHouse } from '../page/answer-page.ts'
import { longestTask, type Shown } from './longest-task.ts'
import { type HostileText, HOSTILE_TEXTS } from './markdown-corpus.ts'

const SIZE = Number(process.env['SIZE'] ?? 60_000)
const SLOWER = Number(process.env['SLOWER'] ?? 4)
const STEPS = Number(process.env['STEPS'] ?? 40)
const LIMIT_MS = 100
const ATTEMPTS = 3

const only = (process.env['ONLY'] ?? '').split(',')
const isWanted = ({ name }: HostileText) => only.some((part) => name.includes(part))
const browser = await launchChromium()
const house = await openAnswerHouse()
let tooLong = 0
try {
  for (const { name, make } of HOSTILE_TEXTS.filter(isWanted)) {
    const text = make(SIZE)
    const { context, page } = await openAnswer(browser, house, '/')
    const session = await context.newCDPSession(page)
    await page.evaluate(() => window.answer.show('```ts\nconst a = 1\n```\n\n$x$', true))
    // The highlighting and formula code is loaded once, whatever the text.
    await page.locator('code .hljs-keyword').waitFor()
    await page.locator('.formula .katex-html').waitFor()
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
    const line = []
    for (const steps of [1, STEPS]) {
      let [longest, attempts] = [Infinity, 0]
      let shown: Shown | null = null
      for (; longest > LIMIT_MS && attempts < ATTEMPTS; attempts++) {
        shown = await longestTask(page, session, text, steps)
        longest = Math.min(longest, shown.longest)
      }
      const { elements = 0, took = 0 } = shown ?? {}
      tooLong += longest > LIMIT_MS ? 1 : 0
      line.push(
        `${longest.toFixed(0).padStart(6)} ms${longest > LIMIT_MS ? '!' : ' '} ${elements} el ${(took / 1000).toFixed(1)} s${attempts > 1 ? ` (${attempts} tries)` : ''}`,
      )
    }
    await context.close()
    process.stdout.write(`${name.padEnd(36)} ${line.map((each) => each.padEnd(40)).join('')}\n`)
  }
} finally {
  await browser.close()
  await house.close()
}
process.stdout.write(`${tooLong} over ${LIMIT_MS} ms\n`)
process.exit(tooLong === 0 ? 0 : 1)
