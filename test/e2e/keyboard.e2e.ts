// A person without a mouse: from the start page through a room and out again. Wherever the focus moves, it is visible,
// looks like the focus, and its element has a name.
import type { Browser, CDPSession } from 'playwright-core'
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

interface Focus {
  readonly id: string
  readonly faults: readonly string[]
}

/** The focused element and its faults. Runs in the page. */
function lookAtFocus(): Focus {
  const element = document.activeElement
  if (!(element instanceof HTMLElement) || element === document.body)
    return { id: 'nothing', faults: ['nothing has the focus'] }
  const place = element.getBoundingClientRect()
  const [left, top] = [Math.max(place.left, 0), Math.max(place.top, 0)]
  const [right, bottom] = [Math.min(place.right, innerWidth), Math.min(place.bottom, innerHeight)]
  const isInSight = right - left > 1 && bottom - top > 1
  // A pill may cover the middle of a long message, but nothing may cover a whole element.
  const isSeen = [0.1, 0.5, 0.9].some((part) => {
    const [x, y] = [left + (right - left) * part, top + (bottom - top) * part]
    const above = document.elementFromPoint(x, y)
    return above !== null && (element.contains(above) || above.contains(element))
  })
  // A radio button is drawn by the element after it, a field by the box around it.
  const outlined = [
    element,
    ...(element.matches('.segment input') ? [element.nextElementSibling] : []),
  ]
  const isOutlined = outlined.some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each ?? element)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  })
  const box = element.closest('.composer-box, .editor')
  const isBoxed = box !== null && getComputedStyle(box).boxShadow !== 'none'
  const isHidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const drawn = outlined.at(-1) ?? element
  return {
    id: element.dataset['testid'] ?? element.getAttribute('role') ?? element.tagName,
    faults: [
      ...(isHidden && drawn === element ? ['is hidden'] : []),
      ...(isInSight ? [] : ['is out of sight']),
      ...(isSeen ? [] : ['is covered']),
      ...(isOutlined || (element.matches('textarea') && isBoxed) ? [] : ['looks like any other']),
    ],
  }
}

/** A keyboard user whose every step is checked. */
class Typist {
  readonly person: BrowserPerson
  readonly faults: string[] = []
  readonly #session: CDPSession

  static async come(name: string): Promise<Typist> {
    const person = await BrowserPerson.come(browser, name)
    onTestFinished(() => person.leave())
    return new Typist(person, await person.context.newCDPSession(person.page))
  }

  private constructor(person: BrowserPerson, session: CDPSession) {
    this.person = person
    this.#session = session
  }

  async press(key: string): Promise<void> {
    await this.person.page.keyboard.press(key)
  }

  async type(text: string): Promise<void> {
    await this.person.page.keyboard.type(text)
  }

  /** Checks the focused element and returns it. */
  async look(step: string): Promise<string> {
    const { id, faults } = await this.person.page.evaluate(lookAtFocus)
    const found = [...faults, ...((await this.#name()) === '' ? ['has no name'] : [])]
    this.faults.push(...found.map((fault) => `${step}: ${id} ${fault}`))
    return id
  }

  /** Presses a key until one of the wanted elements, `one or another`, has the focus; checks everything on the way. */
  async goTo(wanted: string, key = 'Tab'): Promise<void> {
    const visited: string[] = []
    for (let pressed = 0; pressed < 40; pressed++) {
      await this.press(key)
      visited.push(await this.look(`to ${wanted}`))
      if (wanted.split(' or ').includes(visited.at(-1) ?? '')) return
    }
    throw new Error(`${wanted} is not reached with ${key}: ${visited.join(', ')}`)
  }

  /** Waits until one of the wanted elements, `one or another`, has the focus. */
  async has(wanted: string): Promise<void> {
    const focused = () => this.person.page.evaluate(lookAtFocus).then(({ id }) => id)
    await expect
      .poll(focused, { interval: 20 })
      .toMatch(new RegExp(`^(${wanted.replaceAll(' or ', '|')})$`))
    await this.look(`at ${wanted}`)
  }

  /** The name that the browser gives screen readers. */
  async #name(): Promise<string> {
    const { result } = await this.#session.send('Runtime.evaluate', {
      expression: 'document.activeElement',
    })
    const { nodes } = await this.#session.send('Accessibility.getPartialAXTree', {
      objectId: result.objectId ?? '',
      fetchRelatives: false,
    })
    return String(nodes[0]?.name?.value ?? '').trim()
  }
}

test('a room is created, used and deleted with the keyboard alone', async () => {
  const typist = await Typist.come('Kim')
  const { person } = typist
  const { page } = person
  await page.goto(deployment.node(0).url)
  await person.at('name').waitFor()
  await typist.goTo('name')
  await typist.type('Kim')
  await typist.goTo('title')
  await typist.type('By keyboard')
  await typist.goTo('make-room')
  await typist.press('Enter')
  await person.isLive()

  await typist.has('composer')
  await typist.type('Why is the sky blue? [simulate: length=60000 thinking=none first=50]')
  await typist.press('Enter')
  // A press in the first moment of an answer counts as aimed at the earlier content.
  await person.canStop()
  await person.reads(200)
  await typist.goTo('stop-why', 'Shift+Tab')
  await typist.press('Enter')
  await typist.has('INPUT')
  await typist.type('Enough')
  await typist.press('Enter')
  await person.footerSays('Stopped by Kim')
  await person.footerSays('Enough')
  await typist.has('log')

  await typist.goTo('continue')
  await typist.press('Enter')
  await person.canStop()
  await typist.look('after continue')
  await typist.press('Alt+Shift+M')
  await typist.has('composer')
  await typist.press('Escape')
  await expect.poll(() => person.at('stop').innerText()).toBe('Press Esc again')
  expect(await person.at('announcement').innerText()).toContain('again')
  await typist.press('Escape')
  await expect.poll(() => person.at('footer').getByText('Stopped by Kim').count()).toBe(2)
  await typist.has('composer')

  await typist.goTo('message or reply', 'Shift+Tab')
  await typist.press('Home')
  await typist.has('message')
  await typist.press('q')
  await typist.has('composer')
  expect(await person.at('composer').inputValue()).toBe('')
  await typist.press('Escape')
  await typist.has('composer')
  expect(await person.at('composer-quote').count()).toBe(0)
  await typist.goTo('message or reply', 'Shift+Tab')
  await typist.press('Home')
  await typist.press('q')
  await typist.has('composer')
  await typist.type('Shorter, please. [simulate: length=100 pace=instant]')
  await typist.press('Enter')
  await expect.poll(() => person.at('reply').count()).toBe(3)
  await expect.poll(() => person.at('stop').count()).toBe(0)
  await person.at('quotation').first().waitFor()

  await typist.press('ArrowUp')
  await typist.has('editor-field')
  await typist.press('Control+Home')
  await typist.type('Now: ')
  await typist.press('Enter')
  await person.at('edited').waitFor()
  await typist.has('composer')

  await typist.press('Control+Shift+F')
  await typist.has('search-words')
  await typist.type('blue')
  await person.at('search-hit').first().waitFor()
  await typist.press('ArrowDown')
  await typist.has('search-hit')
  await typist.press('Enter')
  await page.waitForURL(/at=\d+/)
  await typist.has('message or reply')

  await typist.press('Alt+Shift+M')
  await typist.goTo('people', 'Shift+Tab')
  await typist.press('Enter')
  expect(await person.at('people').getAttribute('aria-expanded')).toBe('false')
  await typist.press('Enter')
  await typist.goTo('invite-people')
  await page.setViewportSize({ width: 800, height: 700 })
  await typist.press('Alt+Shift+M')
  await typist.goTo('people', 'Shift+Tab')
  await typist.press('Enter')
  await typist.has('ASIDE')
  await typist.goTo('invite-people')
  await typist.press('Escape')
  await typist.has('people')

  await typist.goTo('invite')
  await typist.press('Enter')
  await person.at('invite-url').waitFor()
  await typist.goTo('invite-url')
  await typist.press('Escape')
  await typist.has('invite')

  await typist.goTo('more')
  await typist.press('Enter')
  await typist.goTo('menu-delete', 'ArrowDown')
  await typist.press('Enter')
  await person.at('confirm-typed').waitFor()
  await typist.goTo('confirm-typed')
  await typist.type('By keyboard')
  await typist.goTo('confirm')
  await typist.press('Enter')
  await person.at('title').waitFor()
  expect(page.url()).not.toContain('/rooms/')
  expect(typist.faults).toEqual([])
  expect(person.complaints).toEqual([])
})
