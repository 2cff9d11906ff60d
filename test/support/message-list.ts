// The list of messages on somebody's screen: its scroll position, and the messages in sight.
import { expect } from 'vitest'
import type { BrowserPerson } from './page.ts'

/** The scroll position of the message list on this screen, CSS pixels. */
export function log(
  person: BrowserPerson,
): Promise<{ top: number; left: number; elements: number }> {
  return person.page.evaluate(() => {
    const element = document.querySelector('[role="log"]')
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = element ?? {}
    const elements = document.querySelectorAll('*').length
    return { top: scrollTop, left: scrollHeight - scrollTop - clientHeight, elements }
  })
}

/** Waits until a message on this screen has this text. */
export async function isSaid(person: BrowserPerson, text: string): Promise<void> {
  await person.at('said').filter({ hasText: text }).last().waitFor()
}

/** Scrolls the message list with the wheel by this many CSS pixels, and waits until it has moved. */
export async function wheel(person: BrowserPerson, by: number): Promise<void> {
  const before = await log(person)
  await person.page.locator('[role="log"]').hover()
  await person.page.mouse.wheel(0, by)
  await expect.poll(async () => (await log(person)).top).not.toBe(before.top)
}

/** The position of the message at an offset on this screen, CSS pixels from the top. */
export function topOf(person: BrowserPerson, offset: number): Promise<number> {
  return person.page
    .locator(`[data-offset="${offset}"]`)
    .evaluate((element) => element.getBoundingClientRect().top)
}

/** Offset of the first message that is at least partly visible. */
export function firstInSight(person: BrowserPerson): Promise<number> {
  return person.page.evaluate(() => {
    const edge = document.querySelector('[role="log"]')?.getBoundingClientRect().top ?? 0
    const first = [...document.querySelectorAll<HTMLElement>('[data-offset]')].find(
      (element) => element.getBoundingClientRect().bottom > edge + 1,
    )
    return Number(first?.dataset['offset'])
  })
}
