// The page with one answer in it (harness/), served with the headers of a real server.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openTestApp } from '../doubles/app.ts'
import { temporaryDirectory } from '../support/server-process.ts'
import { buildPage } from './build-page.ts'

/** The functions that the page offers as `window.answer`. */
export interface AnswerInPage {
  /** Shows the answer so far; `final`: the answer has ended. */
  show(text: string, final: boolean): Promise<void>
  /** Resolves once drawing has finished: a long answer is drawn over many frames. */
  drawn(): Promise<void>
  blocks(): Element[]
  /** Whether two other blocks already followed it before the last `show`; with `#count` in the address. */
  isFinished(block: Element): boolean
  /** How often blocks were redrawn, with `#count`; `late`: the blocks redrawn after they were finished. */
  counts(): { renders: number; late: number[] }
}

declare global {
  interface Window {
    answer: AnswerInPage
  }
}

export interface AnswerHouse {
  readonly url: string
  close(): Promise<void>
}

/** Builds the two pages and serves them: `/` and `/baseline.html`. */
export async function openAnswerHouse(): Promise<AnswerHouse> {
  const directory = await temporaryDirectory()
  await buildPage('test/page/harness', directory.path)
  const app = await openTestApp({ clientDirectory: directory.path })
  return {
    url: app.url,
    close: async () => {
      await app.close()
      await directory.remove()
    },
  }
}

export interface AnswerPage {
  readonly context: BrowserContext
  readonly page: Page
  /** Script errors, violations of the content policy, and requests to other servers. */
  readonly complaints: string[]
}

/** @param path of one of the two pages, perhaps with `#count` */
export async function openAnswer(
  browser: Browser,
  house: AnswerHouse,
  path: string,
): Promise<AnswerPage> {
  // The baseline does things that the policy forbids.
  const context = await browser.newContext({ bypassCSP: path.startsWith('/baseline') })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(house.url) && !request.url().startsWith('data:'))
      complaints.push(`asked ${request.url()}`)
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      reportError(new Error(`policy: ${event.violatedDirective} ${event.blockedURI}`))
    })
  })
  await page.goto(house.url + path)
  await page.waitForFunction(() => 'answer' in window)
  return { context, page, complaints }
}
