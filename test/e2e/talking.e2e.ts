// Conversation among three people in three browsers on two nodes: typed text is never lost, a message reaches everybody
// once, and an edit or retraction shows on every screen.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson, type Looks } from '../support/page.ts'

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  browser = await launchChromium()
  deployment = await Deployment.open(2, { simulator: { pace: 'real', seed: 7 } })
})
afterAll(async () => {
  await browser.close()
  await deployment.close()
})

/** Ana owns the room; each further person is on a different node from the one before. */
async function room(...people: readonly (readonly [name: string, looks?: Looks])[]) {
  const came = await Promise.all(
    people.map(async ([name, looks]) => {
      const person = await BrowserPerson.come(browser, name, looks)
      onTestFinished(() => person.leave())
      return person
    }),
  )
  const [owner, ...others] = came
  if (!owner) throw new Error('a room needs somebody')
  const { pathname } = new URL(await owner.makeRoom(deployment.node(0).url, 'Talk'))
  for (const [index, person] of others.entries())
    await person.accept(deployment.node(index + 1).url + pathname)
  return came as [BrowserPerson, BrowserPerson, BrowserPerson]
}

/** The messages on a screen, oldest first, including those too far away to be rendered. */
const said = async (person: BrowserPerson) =>
  (await person.at('said').allTextContents()).map((text) => text.trim())
const says = (person: BrowserPerson, texts: readonly string[]) =>
  expect.poll(() => said(person)).toEqual(texts)
const press = (person: BrowserPerson, key: string) => person.page.keyboard.press(key)
const type = (person: BrowserPerson, text: string) => person.page.keyboard.type(text)
const written = (person: BrowserPerson) => person.at('composer').inputValue()

describe('a message', () => {
  test('waits in the queue if it is a question: edited, withdrawn, and next; other messages go on', async () => {
    const [ana, bo, cy] = await room(['Ana'], ['Bo'], ['Cy'])
    await ana.ask('A long one, please. [simulate: length=60000]')
    await bo.at('stop').waitFor()
    expect(await bo.at('send').innerText()).toMatch(/queue/)
    await bo.ask('May I be next? [simulate: length=300]')
    await cy.ask('And I after that?')
    await expect.poll(() => ana.at('queue-item').count()).toBe(2)
    expect(await ana.at('withdraw').count()).toBe(0)

    await bo.at('queue-edit').click()
    await bo.at('editor-field').fill('May I really be next? [simulate: length=300]')
    await press(bo, 'Enter')
    await expect.poll(() => cy.at('queue-item').first().innerText()).toContain('really')
    await cy.at('withdraw').click()
    await expect.poll(() => ana.at('queue-item').count()).toBe(1)
    await cy.at('ask-toggle').click()
    await cy.ask('Side talk meanwhile')
    await expect.poll(() => ana.at('said').last().innerText()).toBe('Side talk meanwhile')

    await ana.at('stop').click()
    for (const person of [ana, bo, cy])
      await expect.poll(() => person.at('queue').innerText()).toContain('because Ana stopped')
    await bo.at('resume').click()
    await expect.poll(() => cy.at('reply').count()).toBe(2)
    await cy.page.locator('[data-testid=reply][aria-busy=false]').nth(1).waitFor()
    await expect.poll(() => cy.at('queue').count()).toBe(0)
  })

  test('does not interrupt composition of a word, and is refused in time if it is too long', async () => {
    const [ana, bo] = await room(['Ana'], ['Bo'])
    await ana.at('ask-toggle').click()
    await ana.at('composer').focus()
    const input = await ana.context.newCDPSession(ana.page)
    await input.send('Input.imeSetComposition', {
      text: 'にほん',
      selectionStart: 3,
      selectionEnd: 3,
    })
    // As an input method does: the key event is sent but writes nothing by itself.
    for (const type of ['rawKeyDown', 'keyUp'] as const)
      await input.send('Input.dispatchKeyEvent', {
        type,
        key: 'Enter',
        code: 'Enter',
        windowsVirtualKeyCode: 13,
      })
    expect(await written(ana)).toBe('にほん')
    await input.send('Input.insertText', { text: '日本' })
    await expect.poll(() => written(ana)).toBe('日本')
    await press(ana, 'Enter')
    await says(bo, ['日本'])

    await ana.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const paste = async (length: number): Promise<string> => {
      const text = 'long words '.repeat(length / 11 + 1).slice(0, length)
      await ana.page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
      await ana.at('composer').focus()
      await press(ana, 'ControlOrMeta+a')
      await press(ana, 'ControlOrMeta+v')
      await expect.poll(async () => (await written(ana)).length).toBe(length)
      return text.trim()
    }
    const tooLong = await paste(70_000)
    expect(await ana.at('size').innerText()).toMatch(/68\.4 kB of 64 kB/)
    await press(ana, 'Enter')
    await ana.page.getByText('Not sent: This message is too long').waitFor()
    await ana.page.reload()
    await ana.isLive()
    expect((await written(ana)).trim()).toBe(tooLong)
    const long = await paste(60_000)
    expect(await ana.at('size').innerText()).toMatch(/58\.6 kB of 64 kB/)
    await press(ana, 'Enter')
    await says(bo, ['日本', long])
    expect(await written(ana)).toBe('')
  })

  test('is sent once when the network is back, unless it was taken back before', async () => {
    const [ana, bo] = await room(['Ana'], ['Bo'])
    await bo.at('ask-toggle').click()
    await bo.context.setOffline(true)
    await bo.page
      .getByText(/Reconnecting|Offline/)
      .first()
      .waitFor()
    await bo.ask('Not this one')
    await bo.ask('But this one')
    await expect.poll(() => bo.at('waiting').count()).toBe(2)
    await bo.at('take-back').first().click()
    await expect.poll(() => bo.at('waiting').count()).toBe(1)
    expect(await written(bo)).toBe('Not this one')
    await bo.context.setOffline(false)
    await bo.isLive()
    for (const person of [ana, bo]) await says(person, ['But this one'])
    await expect.poll(() => bo.at('waiting').count()).toBe(0)
    expect(await written(bo)).toBe('Not this one')
  })

  test('can be written by touch: Enter starts a line, the button sends, a sheet has the actions', async () => {
    const [ana, bo] = await room(['Ana'], ['Bo', { width: 390, height: 844, touch: true }])
    await bo.at('ask-toggle').tap()
    await bo.at('composer').tap()
    await type(bo, 'One')
    await press(bo, 'Enter')
    await type(bo, 'two')
    expect(await written(bo)).toBe('One\ntwo')
    await bo.at('send').tap()
    await says(ana, ['One\ntwo'])
    await bo.at('message-more').tap()
    await bo.at('act-quote').tap()
    await bo.at('composer-quote').waitFor()
    await expect.poll(() => bo.at('message-actions').count()).toBe(0)
    await bo.at('quote-remove').tap()
    expect(await bo.at('composer-quote').count()).toBe(0)
  })
})
