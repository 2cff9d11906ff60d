// The list of the member's own rooms beside the open one, and keyboard navigation between the parts of the page.
import { expect, test } from 'vitest'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(2, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

const LOOKS = { height: 420 }

test('my other rooms show unread counts and running answers; the keyboard reaches everything', async () => {
  const [ana, bo, cy] = await stage.meet('First room', LOOKS)
  const first = new URL(ana.page.url()).pathname
  await ana.at('new-room').click()
  await ana.at('title').fill('Second room')
  await ana.page.keyboard.press('Enter')
  await ana.isLive()
  const second = new URL(ana.page.url()).pathname
  expect(second).not.toBe(first)
  await bo.ask('Anybody here? [simulate: length=60000]')
  await bo.at('stop').waitFor()
  await ana.setVisible(true)
  const firstLink = ana.at('room-link').filter({ hasText: 'First room' })
  await expect.poll(() => firstLink.getByTestId('unread').count()).toBe(1)
  await ana.page.getByRole('region', { name: 'Live now' }).waitFor()

  await ana.page.keyboard.press('Alt+Shift+ArrowDown')
  await ana.page.waitForURL(`**${first}`)
  await ana.page.getByRole('heading', { name: 'First room' }).waitFor()
  await ana.at('stop').waitFor()
  await ana.page.goBack()
  await ana.page.getByRole('heading', { name: 'Second room' }).waitFor()
  await ana.isLive()
  expect(await ana.at('stop').count()).toBe(0)
  await ana.page.goForward()
  await ana.page.getByRole('heading', { name: 'First room' }).waitFor()
  await ana.at('stop').waitFor()

  await ana.page.keyboard.press('Control+k')
  await ana.at('find-field').fill('sec')
  await expect.poll(() => ana.at('found-room').count()).toBe(1)
  await ana.page.keyboard.press('Enter')
  await ana.page.waitForURL(`**${second}`)
  await ana.isLive()

  const focused = () =>
    ana.page.evaluate(() => {
      const region = document.activeElement?.closest('nav, header, [role="log"], .dock, aside')
      return region?.getAttribute('role') ?? region?.className ?? ''
    })
  await ana.page.keyboard.press('Alt+Shift+M')
  expect(await focused()).toContain('dock')
  const visited: string[] = []
  for (let pressed = 0; pressed < 5; pressed++) {
    await ana.page.keyboard.press('F6')
    visited.push(await focused())
  }
  expect(new Set(visited).size).toBe(5)
  expect(visited.at(-1)).toContain('dock')
  await ana.page.keyboard.press('Control+/')
  await ana.at('shortcuts').waitFor()
  expect([...ana.complaints, ...bo.complaints, ...cy.complaints]).toEqual([])
})
