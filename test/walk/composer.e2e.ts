// The composer and the messages it sends, on three screens with two nodes.
import { expect, test } from 'vitest'
import type { BrowserPerson } from '../support/page.ts'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(2, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

/** The messages on a screen, oldest first, including those too far away to be rendered. */
const said = async (person: BrowserPerson) =>
  (await person.at('said').allTextContents()).map((text) => text.trim())
const says = (person: BrowserPerson, texts: readonly string[]) =>
  expect.poll(() => said(person)).toEqual(texts)
const press = (person: BrowserPerson, key: string) => person.page.keyboard.press(key)
const type = (person: BrowserPerson, text: string) => person.page.keyboard.type(text)
const written = (person: BrowserPerson) => person.at('composer').inputValue()

/** The actions of a message appear beside it once the pointer is over it. */
async function doWith(person: BrowserPerson, text: string, action: string): Promise<void> {
  await person.at('message').filter({ hasText: text }).hover()
  await person.at(`act-${action}`).click()
}

test('drafts, mentions, quotes, edits and retractions work on three screens', async () => {
  const [ana, bo, cy] = await stage.meet('Talk')
  const all = [ana, bo, cy]

  // The Ask setting belongs to the draft; a name is chosen from the list with the keyboard alone.
  await ana.at('ask-toggle').click()
  await ana.at('composer').focus()
  await type(ana, 'Hello @c')
  await ana.at('mention-list').getByRole('option', { selected: true }).waitFor()
  await press(ana, 'ArrowDown')
  await press(ana, 'Enter')
  await expect.poll(() => written(ana)).toBe('Hello @Cy ')
  await ana.page.reload()
  await ana.isLive()
  expect(await written(ana)).toBe('Hello @Cy ')
  expect(await ana.at('send').innerText()).toMatch(/Send/)
  await ana.at('composer').press('End')
  await type(ana, 'and all')
  await press(ana, 'Shift+Enter')
  await type(ana, 'of you')
  await press(ana, 'Enter')
  for (const person of all) await says(person, ['Hello @Cy and all\nof you'])
  await expect.poll(() => cy.page.locator('mark.me').innerText()).toBe('@Cy')
  expect(await bo.page.locator('mark.mention:not(.me)').innerText()).toBe('@Cy')

  // A reply that quotes the message, with a link back to it.
  await bo.at('ask-toggle').click()
  await doWith(bo, 'Hello', 'quote')
  await bo.at('composer-quote').waitFor()
  await type(bo, 'Hello Ana')
  await press(bo, 'Enter')
  for (const person of all)
    await expect.poll(() => person.at('message').last().innerText()).toContain('Hello Ana')
  expect(await cy.at('message').last().getByTestId('quotation').innerText()).toContain('Hello @Cy')
  expect(await bo.at('composer-quote').count()).toBe(0)

  // Arrow Up edits the own last message in place; Escape cancels.
  await press(bo, 'ArrowUp')
  await bo.at('editor-field').waitFor()
  await type(bo, ' and Cy')
  await press(bo, 'Escape')
  await expect.poll(() => bo.at('editor').count()).toBe(0)
  await press(bo, 'ArrowUp')
  await bo.at('editor-field').waitFor()
  await type(bo, ', dear')
  await press(bo, 'Enter')
  for (const person of all) {
    await expect.poll(() => person.at('said').last().innerText()).toBe('Hello Ana, dear')
    expect(await person.at('edited').count()).toBe(1)
  }

  // Only the author or the owner of the room can retract a message.
  await cy.at('message').last().hover()
  await cy.at('act-copy').waitFor()
  expect(await cy.at('act-retract').count()).toBe(0)
  await doWith(ana, 'Hello Ana, dear', 'retract')
  await ana.at('retract-sure').click()
  for (const person of all) {
    await expect.poll(() => person.at('retracted').innerText()).toBe('Deleted by Ana')
    expect(await person.page.getByText('dear').count()).toBe(0)
  }
  for (const person of all) expect(person.complaints).toEqual([])
})
