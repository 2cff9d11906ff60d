import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { animatedWebp } from './animated-webp.ts'
import { draw } from './draw.ts'

test('Chromium shows the pictures of a film in order, each for its time', async () => {
  const browser = await launchChromium()
  // The decoder exists on pages from a server of this machine, not on a blank one.
  const server = createServer((_, response) => response.end('<!doctype html>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await browser.close()
    server.close()
  })
  const page = await browser.newPage({ viewport: { width: 40, height: 30 } })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const frames: { picture: Buffer; ms: number }[] = []
  for (const [index, colour] of ['rgb(255,0,0)', 'rgb(0,0,255)'].entries()) {
    await page.evaluate((painted) => (document.body.style.background = painted), colour)
    frames.push({ picture: await draw(page), ms: 100 * (index + 1) })
  }
  const film = animatedWebp(frames, { width: 40, height: 30 })
  const read = await page.evaluate(async (encoded) => {
    const data = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))
    const decoder = new ImageDecoder({ type: 'image/webp', data })
    await Promise.all([decoder.completed, decoder.tracks.ready])
    const shown: { ms: number; red: boolean }[] = []
    for (let frameIndex = 0; frameIndex < (decoder.tracks.selectedTrack?.frameCount ?? 0);) {
      const { image } = await decoder.decode({ frameIndex: frameIndex++ })
      const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight)
      const context = canvas.getContext('2d')
      context?.drawImage(image, 0, 0)
      const [red = 0, , blue = 0] = context?.getImageData(20, 15, 1, 1).data ?? []
      shown.push({ ms: (image.duration ?? 0) / 1000, red: red > blue })
    }
    return shown
  }, film.toString('base64'))
  expect(read).toEqual([
    { ms: 100, red: true },
    { ms: 200, red: false },
  ])
})
