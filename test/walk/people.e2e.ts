// The members of a room, on three screens with two nodes: who is watching and how, the owner's actions, and departures.
import { expect, test } from 'vitest'
import type { BrowserPerson } from '../support/page.ts'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(2, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

const LOOKS = { height: 420 }

/** The status that the list of members on this screen shows for somebody. */
function lookOf(on: BrowserPerson, name: string): Promise<string | null> {
  return on.at('person').filter({ hasText: name }).getAttribute('data-look')
}

test('everybody sees who is live, reading above, away, or absent', async () => {
  const [ana, bo, cy] = await stage.meet('Design review', LOOKS)
  await ana.ask(
    'How do shared rooms work? [simulate: length=60000 thinking=none first=50 chunk=40]',
  )
  await expect.poll(() => ana.at('watching').textContent()).toContain('3 watching')
  await bo.reads(700)
  await bo.page.getByRole('log').hover()
  await expect
    .poll(async () => {
      await bo.page.mouse.wheel(0, -300)
      return lookOf(ana, 'Bo')
    })
    .toBe('above')
  await cy.setVisible(false)
  await expect.poll(() => lookOf(ana, 'Cy')).toBe('away')
  expect(await ana.at('here').getByText('reading earlier messages').count()).toBe(1)
  await expect.poll(() => ana.at('watching').textContent()).toContain('1 watching')
  await cy.page.goto(stage.deployment.node(1).url)
  await expect.poll(() => ana.at('not-here').textContent()).toContain('Cy')

  await bo.at('stop-why').click()
  await bo.at('stop-reason').getByRole('textbox').fill('We know enough')
  await bo.page.keyboard.press('Enter')
  await ana.footerSays('Stopped by Bo')
  await ana.footerSays('We know enough')
  expect([...ana.complaints, ...bo.complaints, ...cy.complaints]).toEqual([])
})

test('all see the owner’s changes; a removed member reads why; unread messages are counted', async () => {
  const [ana, bo, cy] = await stage.meet('Weekly', LOOKS)
  await ana.at('more').click()
  await ana.at('menu-settings').click()
  await ana.at('room-title').fill('Weekly planning')
  await ana.at('room-instructions').fill('Answer in one sentence.')
  const models = await ana.at('room-model').locator('option').allTextContents()
  expect(models.length).toBeGreaterThan(1)
  await ana.at('room-model').selectOption({ index: 1 })
  const model = await ana.at('room-model').inputValue()
  await ana.at('save-room').click()
  for (const person of [ana, bo, cy])
    await person.page.getByRole('heading', { name: 'Weekly planning' }).waitFor()
  await bo.at('more').click()
  await bo.at('menu-settings').click()
  expect(await bo.at('room-instructions').inputValue()).toBe('Answer in one sentence.')
  expect(await bo.at('room-model').inputValue()).toBe(model)
  expect(await bo.at('save-room').count()).toBe(0)
  await bo.page.keyboard.press('Escape')

  await bo.setVisible(false)
  await ana.at('ask-toggle').click()
  await ana.ask('Hello, everybody')
  await expect.poll(() => bo.page.title()).toBe('(1) Weekly planning · Roomcast')
  await bo.setVisible(true)
  await expect.poll(() => bo.page.title()).toBe('Weekly planning · Roomcast')

  await cy.at('composer').fill('Half a thought')
  await ana.at('person').filter({ hasText: 'Cy' }).getByTestId('remove-member').click()
  await ana.at('confirm').click()
  await cy.at('face').getByText('You were removed from this room').waitFor()
  expect(await cy.at('face').getByRole('textbox').inputValue()).toBe('Half a thought')
  await expect.poll(() => ana.at('person').count()).toBe(2)
  await bo.at('leave-room').click()
  await bo.at('confirm').click()
  await bo.at('make-room').waitFor()
  await expect.poll(() => ana.at('person').count()).toBe(1)
  expect([...ana.complaints, ...bo.complaints, ...cy.complaints]).toEqual([])
})
