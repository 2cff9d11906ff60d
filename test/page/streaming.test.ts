// A running answer, in the room's own component and a real browser: finished parts do not change.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { HOSTILE_MARKDOWN } from '../doubles/hostile-markdown.ts'
import { launchChromium } from '../support/chromium.ts'
import { type AnswerHouse, type AnswerPage, openAnswer, openAnswerHouse } from './answer-page.ts'
import { longAnswer } from './long-answer.ts'

let browser: Browser
let house: AnswerHouse
beforeAll(async () => {
  ;[browser, house] = await Promise.all([launchChromium(), openAnswerHouse()])
})
afterAll(() => Promise.all([browser.close(), house.close()]))

async function opened(path = '/'): Promise<AnswerPage> {
  const answer = await openAnswer(browser, house, path)
  onTestFinished(() => answer.context.close())
  return answer
}

describe('a long answer', () => {
  test('is drawn once, block by block, and its end changes no element', async () => {
    const { page, complaints } = await opened('/#count')
    const text = longAnswer(40_000)
    const seen = await page.evaluate(async (whole) => {
      const { answer } = window
      const removed: string[] = []
      const top = (node: Node) => answer.blocks().find((block) => block.contains(node))
      const observer = new MutationObserver((records) => {
        for (const { target, removedNodes } of records) {
          const block = top(target)
          // Colours and formulas appear a little later, once.
          const isLater = target instanceof Element && target.closest('code, .formula')
          if (block && answer.isFinished(block) && !isLater && removedNodes.length > 0)
            removed.push(block.outerHTML.slice(0, 80))
        }
      })
      observer.observe(document, { subtree: true, childList: true })
      for (let end = 80; end < whole.length; end += 80) {
        await answer.show(whole.slice(0, end), false)
        await new Promise(requestAnimationFrame)
      }
      await answer.show(whole, false)
      await answer.drawn()
      const before = answer.blocks()
      await answer.show(whole, true)
      const after = answer.blocks()
      return {
        ...answer.counts(),
        removed,
        blocks: after.length,
        same: before.length === after.length && before.every((block, at) => block === after[at]),
      }
    }, text)
    expect(seen.blocks).toBeGreaterThan(300)
    expect(seen.renders).toBeGreaterThan(seen.blocks)
    expect(seen).toMatchObject({ late: [], removed: [], same: true })
    expect(complaints).toEqual([])
  })

  test('gets its colours and formulas under the policy of the page, and fonts from this server', async () => {
    const { page, complaints } = await opened()
    await page.evaluate((text) => window.answer.show(text, false), longAnswer(3_000))
    await page.evaluate(() => window.answer.drawn())
    const formulas = await page.locator('.formula').count()
    expect(formulas).toBeGreaterThan(3)
    await expect.poll(() => page.locator('.formula .katex-html').count()).toBe(formulas)
    await expect.poll(() => page.locator('code .hljs-keyword').count()).toBeGreaterThan(3)
    await page.evaluate(() => document.fonts.ready)
    const fonts = await page.evaluate(() =>
      [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family),
    )
    expect(fonts.some((family) => family.startsWith('KaTeX'))).toBe(true)
    expect(complaints).toEqual([])
  })

  test('keeps the reader’s selection in the block that grows', async () => {
    const { page } = await opened()
    const selected = await page.evaluate(async () => {
      const { answer } = window
      const texts: string[] = []
      for (const start of [
        'A paragraph that ',
        'Done.\n\n```ts\nconst a = 1\n',
        'Done.\n\n- one item ',
      ]) {
        await answer.show(start, false)
        const last = answer.blocks().at(-1)
        const within = last?.querySelector('code, li') ?? last
        const node = within?.firstChild
        if (!node) throw new Error('nothing to select')
        document.getSelection()?.setBaseAndExtent(node, 2, node, 7)
        let text = start
        for (const more of ['grows', ' and *grows*', ' on and', ' on']) {
          text += more
          await answer.show(text, false)
        }
        texts.push(document.getSelection()?.toString() ?? '')
      }
      return texts
    })
    expect(selected).toEqual(['parag', 'nst a', 'e ite'])
  })

  test('can be reached by keyboard only where it scrolls, and wraps on request', async () => {
    const { page } = await opened()
    const wide = 'a wide line '.repeat(40)
    const text = `\`\`\`ts\nshort\n\`\`\`\n\n\`\`\`ts\n${wide}\n\`\`\`\n\n| a |\n|---|\n| b |\n`
    await page.evaluate((source) => window.answer.show(source, true), text)
    const focusable = () =>
      page.locator('pre').evaluateAll((all) => all.map((pre) => pre.getAttribute('tabindex')))
    await expect.poll(focusable).toEqual([null, '0'])
    expect(await page.locator('.table').getAttribute('tabindex')).toBe(null)
    await page.getByTestId('wrap').last().click()
    await expect.poll(focusable).toEqual([null, null])
  })

  test.each([
    ['a paragraph', 'One.\n\nTwo', 'p'],
    ['a heading', '# One', 'h3'],
    ['a list', '- one\n- two', 'li'],
    ['a list in a list', '- one\n  - two', 'li li'],
    ['a list with space between its items', '- one\n\n- two', 'li p'],
    ['lists in lists in a list', '- one\n  - two\n    - three\n      - four', 'li li li li'],
    ['code in a list', '- one\n  ```ts\n  const a', 'li code'],
    ['a quote', '> one', 'blockquote p'],
    ['code', '```ts\nconst a', '.code code'],
  ])('shows one caret, at the end of %s, until the answer has ended', async (_, text, place) => {
    const { page } = await opened()
    const carets = page.locator('.caret')
    for (let end = 1; end <= text.length; end++)
      await page.evaluate((source) => window.answer.show(source, false), text.slice(0, end))
    await page.evaluate(() => window.answer.drawn())
    expect(await carets.count()).toBe(1)
    const isLast = await carets.evaluate(
      (caret, selector) => caret === [...document.querySelectorAll(`.markdown ${selector}`)].at(-1),
      place,
    )
    expect(isLast).toBe(true)
    await page.evaluate((source) => window.answer.show(source, true), text)
    expect(await carets.count()).toBe(0)
  })

  test('shows its caret only at its end, whatever follows', async () => {
    const { page } = await opened()
    const text = '- one\n- two\n\n| a |\n|---|\n| b |\n\nLast'
    const places = await page.evaluate(async (whole) => {
      const seen = new Set<string>()
      for (let end = 1; end <= whole.length; end++) {
        await window.answer.show(whole.slice(0, end), false)
        const carets = [...document.querySelectorAll('.caret')]
        seen.add(carets.map((caret) => caret.tagName).join(' '))
      }
      return [...seen]
    }, text)
    // A table shows no caret.
    expect(places.toSorted()).toEqual(['', 'LI', 'P'])
  })

  test('shows the source of a part that cannot be rendered, and offers the whole source', async () => {
    const { page } = await opened()
    const text = `Before.\n\n${'['.repeat(40_000)}\n\n**After.**`
    await page.evaluate((source) => window.answer.show(source, true), text)
    expect(await page.locator('.markdown strong').innerText()).toBe('After.')
    await page.getByTestId('show-source').click()
    await expect.poll(() => page.locator('.markdown').innerText()).toContain('**After.**')
    await page.getByTestId('show-source').click()
    expect(await page.locator('.markdown strong').innerText()).toBe('After.')
  })
})

describe('a hidden page', () => {
  test('waits, and shows everything at once when it becomes visible', async () => {
    const { page } = await opened()
    const changes = await page.evaluate(async () => {
      const { answer } = window
      const hide = (state: string) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }
      await answer.show('First.\n\nSec', false)
      hide('hidden')
      for (const text of ['First.\n\nSecond', 'First.\n\nSecond.\n\nThird'])
        await answer.show(text, false)
      const whileHidden = document.querySelector('.markdown')?.textContent
      hide('visible')
      await answer.show('First.\n\nSecond.\n\nThird.', true)
      return { whileHidden, after: document.querySelector('.markdown')?.textContent }
    })
    expect(changes).toEqual({ whileHidden: 'First.Sec', after: 'First.Second.Third.' })
  })
})

describe('a hostile answer', () => {
  test('makes no requests, runs nothing and violates no policy, whatever it contains', async () => {
    const { page, complaints } = await opened()
    await page.evaluate(async (corpus) => {
      for (const [index, source] of corpus.entries()) {
        for (let end = 7; end < source.length; end += 7)
          await window.answer.show(source.slice(0, end), false)
        await window.answer.show(source, true)
        if (index % 10 === 0) await new Promise((resolve) => requestAnimationFrame(resolve))
      }
      await window.answer.show(corpus.join('\n\n'), true)
    }, HOSTILE_MARKDOWN)
    await expect.poll(() => page.locator('.formula .katex').count()).toBeGreaterThan(0)
    const dangerous =
      'script, img, iframe, form, style, video, object, embed, .markdown a:not([rel])'
    expect(await page.locator('.markdown').locator(dangerous).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('renders no formula that would hang a browser, and renders the others', async () => {
    const { page, complaints } = await opened()
    const nested = (command: string, times: number) =>
      `$${command.repeat(times)}x${'}'.repeat(times)}$`
    const heavy = [
      nested('\\sqrt{', 170),
      nested('\\sqrt{', 55),
      nested('\\frac{1}{', 150),
      `$$\\def\\a{${'x'.repeat(500)}}${'\\a'.repeat(400)}$$`,
    ]
    const light = '$a_0$ $a_1$ $a_2$ $a_9$\n\n'.repeat(150).trimEnd()
    const text = `${heavy.join('\n\n')}\n\n${light}`
    await page.evaluate((source) => window.answer.show(source, true), text)
    await expect.poll(() => page.locator('.formula .katex-html').count()).toBe(500 - heavy.length)
    const first = page.locator('.formula')
    for (const [at, source] of heavy.entries())
      expect((await first.nth(at).textContent())?.replaceAll('\n', '')).toBe(source)
    expect(await first.last().textContent()).toBe('$a_9$')
    expect(complaints).toEqual([])
  })
})
