// The longest task that each text of the corpus costs the page of everybody who sees it, on a machine as it is and on one that
// is four times slower. `SIZE` characters each; `ONLY` names some of them.
import { launchChromium } from '../support/chromium.ts'
import { openAnswer, openAnswerHouse } from '../page/answer-page.ts'
import { longestTask } from './longest-task.ts'
import { HOSTILE_TEXTS } from './markdown-corpus.ts'

const SIZE = Number(process.env['SIZE'] ?? 60_000)
const SLOWER = Number(process.env['SLOWER'] ?? 4)
const STEPS = Number(process.env['STEPS'] ?? 40)
const LIMIT_MS = 100

const only = process.env['ONLY'] ?? ''
const browser = await launchChromium()
const house = await openAnswerHouse()
let tooLong = 0
try {
  for (const { name, make } of HOSTILE_TEXTS.filter((text) => text.name.includes(only))) {
    const text = make(SIZE)
    const { context, page } = await openAnswer(browser, house, '/')
    const session = await context.newCDPSession(page)
    await page.evaluate(() => window.answer.show('```ts\nconst a = 1\n```\n\n$x$', true))
    // The parts of the page that colour code and set formulas are fetched once, whatever the text.
    await page.locator('code .hljs-keyword').waitFor()
    await page.locator('.formula .katex-html').waitFor()
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
    const line = []
    for (const steps of [1, STEPS]) {
      const { longest, elements, took } = await longestTask(page, session, text, steps)
      tooLong += longest > LIMIT_MS ? 1 : 0
      line.push(
        `${longest.toFixed(0).padStart(6)} ms${longest > LIMIT_MS ? '!' : ' '} ${elements} el ${(took / 1000).toFixed(1)} s`,
      )
    }
    await context.close()
    process.stdout.write(`${name.padEnd(36)} ${line.map((each) => each.padEnd(32)).join('')}\n`)
  }
} finally {
  await browser.close()
  await house.close()
}
process.stdout.write(`${tooLong} over ${LIMIT_MS} ms\n`)
process.exit(tooLong === 0 ? 0 : 1)
