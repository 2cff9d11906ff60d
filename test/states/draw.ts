// Draws pages into small image files.
import type { Browser, Page } from 'playwright-core'

/** The looks in which a state is drawn: on a desktop and on a phone, light and dark. */
export const LOOKS = [
  { colorScheme: 'light', width: 1280, height: 800 },
  { colorScheme: 'dark', width: 1280, height: 800 },
  { colorScheme: 'light', width: 390, height: 844 },
  { colorScheme: 'dark', width: 390, height: 844 },
] as const

/** Height of a picture in the gallery, px. */
const DRAWN_HEIGHT = 480

/** A screenshot of the page as WebP. @param quality 0 to 100 */
export async function draw(page: Page, quality = 70): Promise<Buffer> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality })
  await session.detach()
  return Buffer.from(data, 'base64')
}

/** The page in every look, side by side, at a smaller size. */
export async function drawLooks(page: Page, easel: Easel): Promise<Buffer> {
  const pictures: Buffer[] = []
  for (const { colorScheme, width, height } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    // Waits two frames for everything that depends on the size, such as the end of the log.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    )
    pictures.push(await draw(page, 90))
  }
  const [{ width, height }] = LOOKS
  await page.setViewportSize({ width, height })
  return easel.together(pictures, DRAWN_HEIGHT)
}

/** A page on which pictures are combined. */
export class Easel {
  readonly #page: Page

  static async open(browser: Browser): Promise<Easel> {
    return new Easel(await browser.newPage({ deviceScaleFactor: 1 }))
  }

  private constructor(page: Page) {
    this.#page = page
  }

  /** Size of the last picture, px. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#page.viewportSize() ?? { width: 0, height: 0 }
  }

  /** Puts WebP pictures side by side. @param height of all of them, px */
  async together(pictures: readonly Buffer[], height: number, quality = 70): Promise<Buffer> {
    const images = pictures
      .map((picture) => `<img src="data:image/webp;base64,${picture.toString('base64')}">`)
      .join('')
    const style = `body{margin:0;background:#8886;display:inline-flex;gap:12px;padding:12px}img{height:${height}px;display:block}`
    await this.#page.setContent(`<style>${style}</style>${images}`)
    const box = await this.#page.evaluate(async () => {
      await Promise.all([...document.images].map((image) => image.decode()))
      const { width, height: tall } = document.body.getBoundingClientRect()
      return { width: Math.ceil(width), height: Math.ceil(tall) }
    })
    await this.#page.setViewportSize(box)
    return draw(this.#page, quality)
  }
}
