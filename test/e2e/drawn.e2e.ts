// Members' text stays in its place: no name, title, reason or message is drawn over other text or reverses it.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
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

const PILED = '\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u030a\u030b\u030c\u030d'

/**
 * Text and attributes of the page with forbidden content: more marks than a letter has, or open direction changes. Runs
 * in the page.
 */
function drawnWrongly(): string[] {
  const turns = /[\u202a-\u202e\u2066-\u2069]/
  const isBalanced = (text: string) =>
    (text.match(/[\u202a\u202b\u202d\u202e]/g)?.length ?? 0) <= (text.match(/\u202c/g)?.length ?? 0)
  const wrong: string[] = []
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (nodes.nextNode()) {
    const text = nodes.currentNode.textContent ?? ''
    if (nodes.currentNode.parentElement?.closest('textarea')) continue
    if (/\p{M}{9}/u.test(text) || !isBalanced(text)) wrong.push(text)
  }
  for (const element of document.querySelectorAll('*'))
    for (const { name, value } of element.attributes)
      if (name !== 'value' && (/\p{M}{9}/u.test(value) || turns.test(value)))
        wrong.push(`${name}=${value}`)
  return wrong
}

test('piled marks and direction changes affect no other text, wherever they are shown', async () => {
  const piled = (text: string) => `${text}${PILED}${PILED.slice(0, 10)}`
  const bo = await BrowserPerson.come(browser, piled('Bo'))
  const ana = await BrowserPerson.come(browser, 'Ana')
  onTestFinished(async () => void (await Promise.all([ana.leave(), bo.leave()])))
  const link = await bo.makeRoom(deployment.node(0).url, piled('Title'))
  await ana.accept(link)
  await bo.at('ask-toggle').click()
  await bo.ask(`${piled('Said')} \u202egnisrever \u2067isolated`)
  await bo.at('said').waitFor()
  await bo.at('ask-toggle').click()
  await bo.ask(`${piled('Asked')} \u202e [simulate: length=60000 thinking=none first=20 gap=20]`)
  await bo.canStop()
  await bo.ask(`${piled('Waits')} \u202e`)
  await bo.at('queue-item').waitFor()
  for (const person of [ana, bo]) {
    await expect.poll(() => person.at('queue-item').count()).toBe(1)
    expect(await person.page.evaluate(drawnWrongly)).toEqual([])
    expect(await person.page.title()).not.toMatch(/\p{M}{9}/u)
  }
  await bo.at('stop-why').click()
  await bo
    .at('stop-reason')
    .getByRole('textbox')
    .fill(`${piled('Why')} \u202e`)
  await bo.page.keyboard.press('Enter')
  await ana.footerSays('Stopped by')
  await ana.page.keyboard.press('Control+Shift+F')
  await ana.at('search-words').fill('gnisrever')
  await ana.at('search-hit').first().waitFor()
  expect(await ana.page.evaluate(drawnWrongly)).toEqual([])

  // A message is clipped to its box, with a small margin.
  const boxes = await ana
    .at('message')
    .evaluateAll((all) =>
      all.map((each) =>
        [...each.querySelectorAll('.plain, .byline')].map(
          (part) => getComputedStyle(part).overflowY,
        ),
      ),
    )
  expect(boxes.flat().every((overflow) => overflow === 'clip')).toBe(true)
  expect([...ana.complaints, ...bo.complaints]).toEqual([])
})
