// The cost of an answer in a reader's browser: 40 kB at the pace of a fast model, in the room's own component and, in
// the same run, in a page that parses the whole text again for each piece and sets it as HTML. Then the cost of a room
// with 200 messages.
import type { Browser, CDPSession, Page } from 'playwright-core'
import { openAnswer, openAnswerHouse, type AnswerHouse } from '../page/answer-page.ts'
import { longAnswer } from '../page/long-answer.ts'
import { launchChromium } from '../support/chromium.ts'
import { BrowserPerson } from '../support/page.ts'
import { median, report } from './distribution.ts'
import { benchWorld } from './world.ts'

const LENGTH = Number(process.env['LENGTH'] ?? 40_000)
/** One piece per frame; its length follows from the duration of a frame at 1,200 characters per second. */
const CHARACTERS_PER_MS = 1.2
const MESSAGES = 200

interface Run {
  /** CPU time of the main thread, ms, and the wall time of the run. */
  readonly task: number
  readonly wall: number
  readonly frames: number
  readonly dropped: number
  /** From each piece until the page shows it, ms. */
  readonly flushes: readonly number[]
  readonly longTasks: number
  readonly elements: number
  readonly heap: number
}

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find((each) => each.name === name)?.value ?? Number.NaN
}

async function collect(session: CDPSession): Promise<void> {
  for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage')
}

/** Runs in the page: shows the text at its pace, one piece per frame. */
async function stream({ text, pace }: { text: string; pace: number }) {
  const flushes: number[] = []
  let [frames, dropped, longTasks] = [0, 0, 0]
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks += duration
  })
  observer.observe({ type: 'longtask' })
  const frame = () => new Promise<number>(requestAnimationFrame)
  const began = await frame()
  let last = began
  for (let end = 0; end < text.length;) {
    const now = await frame()
    frames += 1
    dropped += Math.max(0, Math.round((now - last) / (1000 / 60)) - 1)
    last = now
    end = Math.min(text.length, Math.ceil((now - began) * pace))
    const before = performance.now()
    await window.answer.show(text.slice(0, end), false)
    flushes.push(performance.now() - before)
  }
  await window.answer.show(text, true)
  observer.disconnect()
  return { flushes, frames, dropped, longTasks, wall: performance.now() - began }
}

async function measure(
  house: AnswerHouse,
  browser: Browser,
  path: string,
  slower: number,
): Promise<Run> {
  const { context, page, complaints } = await openAnswer(browser, house, path)
  const session = await context.newCDPSession(page)
  // Counts the CPU time of the thread itself, not other load on the machine.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  // Loads everything that is loaded once: the bench measures the repeated cost of an answer.
  await page.evaluate((text) => window.answer.show(text, true), longAnswer(100))
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(() => window.answer.show('', false))
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  const before = await metric(session, 'TaskDuration')
  const run = await page.evaluate(stream, { text: longAnswer(LENGTH), pace: CHARACTERS_PER_MS })
  const task = ((await metric(session, 'TaskDuration')) - before) * 1000
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  await collect(session)
  const elements = await page.evaluate(() => document.querySelectorAll('*').length)
  const heap = await metric(session, 'JSHeapUsedSize')
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  await context.close()
  return { ...run, task, elements, heap }
}

function tell(what: string, run: Run): void {
  const tenth = Math.floor(run.flushes.length / 10)
  const early = median(run.flushes.slice(0, tenth))
  const late = median(run.flushes.slice(-tenth))
  const share = ((100 * run.task) / run.wall).toFixed(0)
  report(
    what,
    `${(run.task / 1000).toFixed(1)} s of ${(run.wall / 1000).toFixed(1)} s (${share} %)`,
  )
  report('  frames shown, dropped', `${run.frames}, ${run.dropped}`)
  report(
    '  a piece, median of the first and the last tenth',
    `${early.toFixed(2)} … ${late.toFixed(2)} ms`,
  )
  report('  long tasks', `${run.longTasks.toFixed(0)} ms`)
  report('  elements, JS heap afterwards', `${run.elements}, ${(run.heap / 1e6).toFixed(1)} MB`)
}

/** Counts how often blocks were redrawn, and how often after they were finished. */
async function countRenders(house: AnswerHouse, browser: Browser): Promise<number> {
  const { context, page } = await openAnswer(browser, house, '/#count')
  const { blocks, renders, late } = await page.evaluate(async (text) => {
    for (let end = 20; end < text.length; end += 20)
      await window.answer.show(text.slice(0, end), false)
    await window.answer.show(text, true)
    return { ...window.answer.counts(), blocks: window.answer.blocks().length }
  }, longAnswer(LENGTH))
  report('blocks, drawn again while they grew', `${blocks}, ${renders}`)
  report('  drawn again after they were finished', `${late.length}`)
  await context.close()
  return late.length
}

async function weighRoom(browser: Browser): Promise<void> {
  const world = await benchWorld('fast')
  try {
    const ana = await BrowserPerson.come(browser, 'Ana')
    await ana.makeRoom(world.server.url, 'Long')
    const session = await ana.context.newCDPSession(ana.page)
    await session.send('Performance.enable')
    await collect(session)
    const before = await weight(session, ana.page)
    let generation = ''
    for (let number = 1; number <= MESSAGES / 2; number++) {
      await ana.ask(`Number ${number}? [simulate: pace=instant, thinking=none]`)
      await ana.page.waitForFunction((before) => {
        const reply = [...document.querySelectorAll<HTMLElement>('[data-testid="reply"]')].at(-1)
        return reply?.dataset['generation'] !== before && reply?.ariaBusy === 'false'
      }, generation)
      ;({ generation } = await ana.reply())
    }
    const shown = await ana.page.locator('[data-message]').count()
    await collect(session)
    const after = await weight(session, ana.page)
    report(`a room, empty: elements, DOM nodes, JS heap`, before)
    report(`  after ${MESSAGES} messages (${shown} shown)`, after)
    await ana.page.reload()
    await ana.isLive()
    await collect(session)
    report('  the same, opened anew', await weight(session, ana.page))
  } finally {
    await world.close()
  }
}

async function weight(session: CDPSession, page: Page): Promise<string> {
  const elements = await page.evaluate(() => document.querySelectorAll('*').length)
  const heap = await metric(session, 'JSHeapUsedSize')
  return `${elements}, ${await metric(session, 'Nodes')}, ${(heap / 1e6).toFixed(1)} MB`
}

const browser = await launchChromium()
const house = await openAnswerHouse()
let late: number
try {
  report(
    'an answer of',
    `${longAnswer(LENGTH).length} characters, ${CHARACTERS_PER_MS * 1000} a second`,
  )
  for (const slower of [1, 4]) {
    const ours = await measure(house, browser, '/', slower)
    const baseline = await measure(house, browser, '/baseline.html', slower)
    tell(`main thread, CPU ${slower === 1 ? 'as it is' : `${slower} times slower`}`, ours)
    tell('  baseline: all of it anew, as HTML', baseline)
    const perFrame = (run: Run) => run.task / run.frames
    report(
      '  for each frame shown, ours and baseline',
      `${perFrame(ours).toFixed(1)} and ${perFrame(baseline).toFixed(1)} ms (1 : ${(perFrame(baseline) / perFrame(ours)).toFixed(1)})`,
    )
  }
  late = await countRenders(house, browser)
  await weighRoom(browser)
} finally {
  await browser.close()
  await house.close()
}
process.exit(late === 0 ? 0 : 1)
