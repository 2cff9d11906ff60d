// The browser of the end-to-end tests: Debian's, headless, with a fresh profile each time.
import { accessSync, constants } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** The path of the browser, or null when there is none. */
export function findChromium(): string | null {
  try {
    accessSync(CHROMIUM, constants.X_OK)
    return CHROMIUM
  } catch {
    return null
  }
}

/** Without background networking it is quiet also where there is no internet. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGUMENTS })
}
