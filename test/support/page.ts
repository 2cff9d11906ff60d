// A person with a browser of their own: a fresh context, so that only the server is shared.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { DEADLINE_MS } from './deadline.ts'

export interface Looks {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** Touch instead of a mouse. */
  readonly touch?: boolean
}

export class BrowserPerson {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
  /** Script errors of the page, and violations of the content policy. */
  readonly complaints: string[] = []

  static async come(browser: Browser, name: string, looks: Looks = {}): Promise<BrowserPerson> {
    const context = await browser.newContext({
      viewport: { width: looks.width ?? 1280, height: looks.height ?? 800 },
      colorScheme: looks.dark ? 'dark' : 'light',
      hasTouch: looks.touch ?? false,
      isMobile: looks.touch ?? false,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(DEADLINE_MS)
    return new BrowserPerson(name, context, page)
  }

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name
    this.context = context
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (line) => {
      if (line.type() === 'error') this.complaints.push(line.text())
    })
  }

  at(testId: string) {
    return this.page.getByTestId(testId)
  }

  /** Opens the landing page, enters a name and creates a room; returns its invite link. */
  async makeRoom(url: string, title: string): Promise<string> {
    await this.page.goto(url)
    await this.at('name').fill(this.name)
    await this.at('title').fill(title)
    await this.at('make-room').click()
    await this.isLive()
    await this.at('invite').first().click()
    const invite = this.at('invite-url')
    await invite.waitFor()
    const link = await invite.evaluate((element) =>
      element instanceof HTMLInputElement ? element.value : (element.textContent ?? ''),
    )
    await this.page.keyboard.press('Escape')
    return link.trim()
  }

  /** Follows an invite link, enters a name, and joins the room. */
  async accept(link: string): Promise<void> {
    await this.page.goto(link)
    await this.at('name').fill(this.name)
    await this.at('join-room').click()
    await this.isLive()
  }

  async isLive(): Promise<void> {
    await this.page.waitForFunction(
      () => document.querySelector('[data-testid="status"]')?.textContent?.includes('Live'),
      null,
      { timeout: DEADLINE_MS },
    )
  }

  async ask(text: string): Promise<void> {
    await this.at('composer').fill(text)
    await this.at('send').click()
  }

  /** Waits until a running answer can be stopped: the button is inactive for its first moments. */
  async canStop(): Promise<void> {
    await this.page.locator('[data-testid=stop][aria-disabled=false]').waitFor()
  }

  /** The newest reply as this screen shows it. */
  async reply(): Promise<{ text: string; end: number; generation: string; footer: string }> {
    return this.page.evaluate(async () => {
      const reply = [...document.querySelectorAll<HTMLElement>('[data-testid="reply"]')].at(-1)
      // A long answer is drawn over several frames.
      for (let still = 0, last = -1; reply?.ariaBusy === 'false' && still < 5;) {
        await new Promise(requestAnimationFrame)
        const now = reply.textContent?.length ?? 0
        still = now === last ? still + 1 : 0
        last = now
      }
      const part = (id: string) =>
        reply?.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.innerText ?? ''
      return {
        text: part('reply-text'),
        end: Number(reply?.dataset['end'] ?? -1),
        generation: reply?.dataset['generation'] ?? '',
        footer: part('footer'),
      }
    })
  }

  /** Waits until the newest reply on this screen has at least this many bytes. */
  async reads(bytes: number): Promise<void> {
    await this.page.waitForFunction(
      (least) => {
        const reply = [...document.querySelectorAll<HTMLElement>('[data-testid="reply"]')].at(-1)
        return Number(reply?.dataset['end'] ?? -1) >= least
      },
      bytes,
      { timeout: DEADLINE_MS },
    )
  }

  /** Tells the page that it is visible or hidden: headless browsers never hide a page. */
  async setVisible(visible: boolean): Promise<void> {
    await this.page.evaluate(
      (value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      },
      visible ? 'visible' : 'hidden',
    )
  }

  /** Waits until the footer of the newest reply has this text. */
  async footerSays(text: string): Promise<void> {
    await this.page.waitForFunction(
      (expected) => {
        const reply = [...document.querySelectorAll<HTMLElement>('[data-testid="reply"]')].at(-1)
        return (
          reply
            ?.querySelector<HTMLElement>('[data-testid="footer"]')
            ?.innerText.includes(expected) ?? false
        )
      },
      text,
      { timeout: DEADLINE_MS },
    )
  }

  async leave(): Promise<void> {
    await this.context.close()
  }
}
