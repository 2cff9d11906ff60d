// Reading positions in the conversation: a reader at the end follows, one further up is never moved, and search opens
// earlier messages.
import { expect, test } from 'vitest'
import { firstInSight, isSaid, log, topOf, wheel } from '../support/message-list.ts'
import type { BrowserPerson } from '../support/page.ts'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(2, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

test('a reader at the end follows, one further up is never moved, the pill leads back, and search leads up', async () => {
  const [ana, bo, cy] = await stage.meet('A place')
  const say = async (person: BrowserPerson, count: number, words: string): Promise<void> => {
    for (let number = 1; number <= count; number++) {
      await person.ask(`${words} ${number}`)
      await isSaid(person, `${words} ${number}`)
    }
  }
  for (const person of [bo, cy]) await person.at('ask-toggle').click()

  await say(bo, 30, 'Something to read, number')
  await isSaid(ana, 'number 30')
  await expect.poll(async () => (await log(ana)).left).toBeLessThanOrEqual(1)

  await wheel(ana, -500)
  await ana.at('jump').waitFor()
  const offset = await firstInSight(ana)
  const [before, place] = [await log(ana), await topOf(ana, offset)]
  await Promise.all([say(bo, 10, 'From Bo'), say(cy, 10, 'From Cy')])
  await expect.poll(() => ana.at('jump').textContent()).toContain('20 new')
  expect(await topOf(ana, offset)).toBe(place)
  expect((await log(ana)).top).toBe(before.top)
  await bo.at('ask-toggle').click()
  await bo.ask('Why? [simulate: length=3000]')
  await expect.poll(() => ana.at('jump').textContent()).toContain('Claude is answering')
  await ana.reads(100)
  expect(await topOf(ana, offset)).toBe(place)

  await ana.at('jump').click()
  await expect.poll(async () => (await log(ana)).left).toBeLessThanOrEqual(1)
  await ana.reads(900)
  expect((await log(ana)).left).toBeLessThanOrEqual(1)
  expect(await ana.at('jump').count()).toBe(0)

  await wheel(ana, -300)
  await ana.at('jump').waitFor()
  await ana.ask('My own word')
  await expect.poll(async () => (await log(ana)).left).toBeLessThanOrEqual(1)

  // Search opens a message of another member.
  await ana.page.locator('[role="log"]').focus()
  await ana.page.keyboard.press('/')
  await ana.at('search-words').fill('from cy 7')
  await ana.at('search-hit').waitFor()
  await ana.page.keyboard.press('ArrowDown')
  await ana.page.keyboard.press('Enter')
  await expect
    .poll(() => ana.page.evaluate(() => document.activeElement?.textContent))
    .toContain('From Cy 7')
  for (const person of [ana, bo, cy]) expect(person.complaints).toEqual([])
})
