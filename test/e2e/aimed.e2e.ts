// A press does what the person aimed at, or nothing: it never hits something that has just moved there, and a key that
// chooses a word triggers nothing else.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'

let browser: Browser
let deployment: Deployment
beforeAll(async () => {
  ;[browser, deployment] = await Promise.all([
    launchChromium(),
    Deployment.open(1, { simulator: { pace: 'real', seed: 7 } }),
  ])
})
afterAll(async () => {
  await browser.close()
  await deployment.close()
})

async function alone(name: string): Promise<BrowserPerson> {
  const person = await BrowserPerson.come(browser, name)
  onTestFinished(() => person.leave())
  await person.makeRoom(deployment.node(0).url, 'Aimed')
  return person
}

const LONG = '[simulate: length=60000 thinking=none first=20 gap=20]'
/** Ends by itself, after the preparations of the test. */
const SHORT = '[simulate: length=1500 thinking=none first=20 gap=60 chunk=20]'

/** Two questions: the first answer ends by itself, the second runs for long. */
async function twoAnswers(person: BrowserPerson): Promise<void> {
  await person.ask(`First? ${SHORT}`)
  await person.at('stop').waitFor()
  await person.ask(`Second? ${LONG}`)
  await person.at('queue-item').waitFor()
}

const secondRuns = (person: BrowserPerson) =>
  expect.poll(() => person.page.locator('[data-testid=reply][aria-busy=true]').count()).toBe(1)
const isSecond = async (person: BrowserPerson) => {
  await expect.poll(() => person.at('reply').count()).toBe(2)
  await secondRuns(person)
}
/** Checks that no stopping command has left this page. */
async function stillRuns(person: BrowserPerson): Promise<void> {
  const { end } = await person.reply()
  await person.reads(end + 200)
  expect(await person.at('footer').getByText('Stopped').count()).toBe(0)
}

describe('a press aimed at one answer never stops the next', () => {
  test('the form for a reason says that its answer has ended', async () => {
    const ana = await alone('Ana')
    await twoAnswers(ana)
    await ana.at('stop-why').click()
    await ana.at('stop-reason').getByRole('textbox').fill('Wrong question')
    await isSecond(ana)
    await ana.at('stop-ended').waitFor()
    await ana.page.keyboard.press('Enter')
    await ana.page.keyboard.press('Enter')
    await stillRuns(ana)
    expect(await ana.at('stop-ended').innerText()).toContain('has already ended')
    expect(await ana.at('stop-reason').getByRole('textbox').inputValue()).toBe('Wrong question')
    expect(await ana.at('stop-with-reason').count()).toBe(0)
    await ana.page.keyboard.press('Escape')
    await expect.poll(() => ana.at('stop-reason').count()).toBe(0)

    // Opened again, the form works for the current answer.
    await ana.at('stop-why').click()
    await ana.at('stop-reason').getByRole('textbox').fill('Enough')
    await ana.page.keyboard.press('Enter')
    await ana.footerSays('Stopped by Ana')
    await ana.footerSays('Enough')
  })

  test('the form for a reason stays open if no other answer follows', async () => {
    const ana = await alone('Ana')
    await ana.ask(`Only? ${SHORT}`)
    await ana.at('stop-why').click()
    await ana.at('stop-ended').waitFor()
    await ana.page.keyboard.press('Enter')
    expect(await ana.at('stop').count()).toBe(0)
    expect(await ana.at('stop-ended').isVisible()).toBe(true)
  })

  test.each([
    ['the button', () => document.querySelector<HTMLElement>('[data-testid=stop]')?.click()],
    [
      'Ctrl+.',
      () => {
        const key = { key: '.', code: 'Period', ctrlKey: true, bubbles: true, cancelable: true }
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', key))
      },
    ],
    [
      'Escape, once before and twice after',
      () => {
        const key = { key: 'Escape', code: 'Escape', bubbles: true, cancelable: true }
        const field = document.querySelector('textarea')
        for (let press = 0; press < 3; press++)
          field?.dispatchEvent(new KeyboardEvent('keydown', key))
      },
    ],
  ])('%s does nothing in the moment after the change, and says so', async (_name, press) => {
    const ana = await alone('Ana')
    await twoAnswers(ana)
    await ana.at('composer').focus()
    // In the very turn in which the second answer is drawn.
    await ana.page.evaluate(`(() => {
      const press = ${press.toString()}
      const look = new MutationObserver(() => {
        if (document.querySelectorAll('[data-testid=reply]').length < 2) return
        look.disconnect()
        press()
      })
      look.observe(document.body, { subtree: true, childList: true })
    })()`)
    await isSecond(ana)
    await ana.at('missed').waitFor()
    expect(await ana.at('missed').innerText()).toContain('nothing was stopped')
    await stillRuns(ana)
    await ana.at('stop').click()
    await ana.footerSays('Stopped by Ana')
  })

  test('a button pressed on one answer and released on the next does nothing', async () => {
    const ana = await alone('Ana')
    await twoAnswers(ana)
    await ana.at('stop').hover()
    const place = await ana.at('stop').boundingBox()
    await ana.page.mouse.down()
    await isSecond(ana)
    // The queue is gone, so the button has moved.
    const now = await ana.at('stop').boundingBox()
    await ana.page.mouse.move((now?.x ?? 0) + 40, (now?.y ?? 0) + 10)
    expect(place).not.toBeNull()
    await ana.canStop()
    await ana.page.mouse.up()
    await ana.at('missed').waitFor()
    await stillRuns(ana)
  })

  test('a question that moves under the pointer is not withdrawn by mistake', async () => {
    const ana = await alone('Ana')
    await ana.ask(`First? ${LONG}`)
    await ana.at('stop').waitFor()
    for (const text of ['one', 'two', 'three']) await ana.ask(text)
    await expect.poll(() => ana.at('queue-item').count()).toBe(3)
    await ana.page.evaluate(() => {
      const look = new MutationObserver(() => {
        if (document.querySelectorAll('[data-testid=queue-item]').length > 2) return
        look.disconnect()
        document.querySelector<HTMLElement>('[data-testid=withdraw]')?.click()
      })
      look.observe(document.body, { subtree: true, childList: true })
    })
    await ana.at('withdraw').first().click()
    await ana.at('missed').waitFor()
    await stillRuns(ana)
    expect(await ana.at('queue-item').allInnerTexts()).toEqual([
      expect.stringContaining('two'),
      expect.stringContaining('three'),
    ])
  })
})

describe('a key that chooses a word', () => {
  const KEYS = [
    ['Escape', 27, 0],
    ['Escape', 27, 0],
    ['Enter', 13, 0],
    ['Enter', 13, 2],
    ['.', 190, 2],
    ['k', 75, 2],
    ['/', 191, 2],
    ['?', 191, 0],
    ['F6', 117, 0],
    ['ArrowUp', 38, 0],
    ['ArrowUp', 38, 9],
    ['Tab', 9, 0],
    ['m', 77, 9],
  ] as const

  async function nothingHappened(ana: BrowserPerson, text: string): Promise<void> {
    await stillRuns(ana)
    expect(await ana.at('composer').inputValue()).toContain(text)
    expect(await ana.page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    expect(await ana.page.locator('dialog[open]').count()).toBe(0)
    expect(await ana.at('editor').count()).toBe(0)
    expect(await ana.at('said').count()).toBe(1)
    expect(await ana.at('queue-item').count()).toBe(0)
    expect(await ana.at('stop').innerText()).toBe('Stop for everyone')
  }

  test('does nothing else on the page, as Chromium sends it', async () => {
    const ana = await alone('Ana')
    const devtools = await ana.context.newCDPSession(ana.page)
    await ana.ask(`Long? ${LONG}`)
    await ana.canStop()
    await ana.at('composer').focus()
    for (const [key, code, modifiers] of KEYS) {
      await devtools.send('Input.imeSetComposition', {
        text: 'にほんご',
        selectionStart: 4,
        selectionEnd: 4,
      })
      for (const type of ['rawKeyDown', 'keyUp'] as const)
        await devtools.send('Input.dispatchKeyEvent', {
          type,
          key,
          modifiers,
          windowsVirtualKeyCode: key === 'Tab' ? 229 : code,
        })
    }
    await nothingHappened(ana, 'にほんご')
    await devtools.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 })
    await ana.page.keyboard.press('Escape')
    await expect.poll(() => ana.at('stop').innerText()).toBe('Press Esc again')
  })

  test('does nothing else on the page, as Safari sends it after the word is complete', async () => {
    const ana = await alone('Ana')
    await ana.ask(`Long? ${LONG}`)
    await ana.canStop()
    await ana.at('composer').fill('日本語')
    await ana.page.evaluate((keys) => {
      const field = document.activeElement
      for (const [key, , modifiers] of keys) {
        field?.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
        field?.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
        for (const type of ['keydown', 'keyup'])
          field?.dispatchEvent(
            new KeyboardEvent(type, {
              key,
              code: `Key${key.toUpperCase()}`,
              keyCode: 229,
              altKey: (modifiers & 1) > 0,
              ctrlKey: (modifiers & 2) > 0,
              shiftKey: (modifiers & 8) > 0,
              bubbles: true,
              cancelable: true,
            }),
          )
      }
    }, KEYS)
    await nothingHappened(ana, '日本語')
  })

  test('leaves a dialog open, and sends no reason', async () => {
    const ana = await alone('Ana')
    const devtools = await ana.context.newCDPSession(ana.page)
    await ana.ask(`Long? ${LONG}`)
    await ana.at('stop-why').click()
    await ana.at('stop-reason').getByRole('textbox').focus()
    const compose = async () => {
      await devtools.send('Input.imeSetComposition', {
        text: 'はい',
        selectionStart: 2,
        selectionEnd: 2,
      })
      for (const [key, code] of KEYS.slice(0, 3))
        await devtools.send('Input.dispatchKeyEvent', {
          type: 'rawKeyDown',
          key,
          windowsVirtualKeyCode: code,
        })
    }
    await compose()
    expect(await ana.at('stop-reason').isVisible()).toBe(true)
    await stillRuns(ana)
    await devtools.send('Input.insertText', { text: 'はい' })
    await ana.page.keyboard.press('Escape')
    await ana.page.keyboard.press('Control+k')
    await ana.page.locator('dialog[open] input').focus()
    await compose()
    expect(await ana.page.locator('dialog[open]').count()).toBe(1)
  })
})
