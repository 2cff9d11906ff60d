// Invites, as their makers, the people who follow them and the owner of the room see them.
import { expect, test } from 'vitest'
import type { BrowserPerson } from '../support/page.ts'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(1, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

test('[R6.8] the open links of a room are listed and ended all at once, and the owner chooses who may invite', async () => {
  const [ana, bo, cy] = (await Promise.all(
    ['Ana', 'Bo', 'Cy'].map((name) => stage.comes(name)),
  )) as [BrowserPerson, BrowserPerson, BrowserPerson]
  const link = await ana.makeRoom(stage.deployment.node(0).url, 'Links')
  await bo.accept(link)

  await bo.at('invite').first().click()
  await bo.at('open-invite').waitFor()
  expect(await bo.at('open-invites').innerText()).toContain('1 active link')
  expect(await bo.at('open-invite').innerText()).toMatch(/Ana\s+created .*, expires /)
  await bo.at('end-invites').click()
  await bo.at('end-invites-sure').click()
  await bo.at('invites-ended').waitFor()
  expect(await bo.at('invite-url').count()).toBe(0)
  expect(await bo.at('open-invite').count()).toBe(0)
  await cy.page.goto(link)
  await cy.page.getByText('This invite was revoked').waitFor()
  await bo.at('new-invite').click()
  const anew = await bo.at('invite-url').inputValue()
  expect(anew).not.toBe(link)
  await cy.accept(anew)

  await ana.at('more').click()
  await ana.at('menu-settings').click()
  await ana.at('room-inviters').selectOption('owner')
  await ana.at('room-thinking').selectOption('on')
  await ana.at('save-room').click()
  await expect.poll(() => ana.at('save-room').count()).toBe(0)
  await cy.at('more').click()
  await cy.at('menu-settings').click()
  await expect.poll(() => cy.at('room-inviters').inputValue()).toBe('owner')
  expect(await cy.at('room-thinking').inputValue()).toBe('on')
  expect(await cy.at('room-thinking').locator('option').count()).toBe(2)
  await cy.page.keyboard.press('Escape')
  // The page offers no action that would be refused.
  for (const id of ['invite', 'invite-people']) expect(await cy.at(id).count()).toBe(0)
  await cy.at('more').click()
  await cy.at('menu-settings').waitFor()
  expect(await cy.at('menu-invite').count()).toBe(0)
  expect([...ana.complaints, ...bo.complaints]).toEqual([])
})
