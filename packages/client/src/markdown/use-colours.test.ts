import { expect, it, onTestFinished, vi } from 'vitest'
import { createRenderer, type ShallowRef, shallowRef } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { DEFERRED_WORK, DeferredWork } from './deferred-work.ts'
import { type Coloured, useColours } from './use-colours.ts'

const nothing = () => undefined
/** A page on which nothing is drawn. */
const { createApp } = createRenderer<object, object>({
  createComment: () => ({}),
  createElement: () => ({}),
  createText: () => ({}),
  insert: nothing,
  nextSibling: () => null,
  parentNode: () => null,
  patchProp: nothing,
  remove: nothing,
  setElementText: nothing,
  setText: nothing,
})

/** @param deferred shared by all code of a page @returns a function that returns the text coloured so far */
function coloursOf(
  deferred: DeferredWork,
  code: ShallowRef<{ code: string; language: string; open: boolean }>,
) {
  let text: () => string | undefined = nothing
  const app = createApp({
    setup() {
      const coloured: Readonly<ShallowRef<Coloured | null>> = useColours(() => code.value)
      text = () => coloured.value?.text
      return () => null
    },
  })
  app.provide(DEFERRED_WORK, deferred)
  app.mount({})
  onTestFinished(() => app.unmount())
  return text
}

/** Makes each run of the highlighter take this long by the clock of the page, ms. @returns counts the runs */
function looksTake(...lasting: readonly number[]) {
  let [now, calls] = [0, 0]
  const spy = vi.spyOn(browserClock, 'now').mockImplementation(() => {
    if (calls % 2 === 1) now += lasting[Math.floor(calls / 2)] ?? 0
    calls += 1
    return now
  })
  onTestFinished(() => spy.mockRestore())
  return () => calls / 2
}

const LONG = 'let one = 1\n'.repeat(70)

it('colours code whose first run was slow because the machine was busy', async () => {
  const looks = looksTake(500)
  const code = shallowRef({ code: 'let', language: 'javascript', open: true })
  const text = coloursOf(new DeferredWork(browserClock), code)
  await expect.poll(text).toBe('let')
  code.value = { code: LONG, language: 'javascript', open: false }
  await expect.poll(text).toBe(LONG)
  expect(looks()).toBe(2)
})

it('stops colouring code that is slow for the second time', async () => {
  const looks = looksTake(500, 500)
  const code = shallowRef({ code: 'let', language: 'javascript', open: true })
  const deferred = new DeferredWork(browserClock)
  const text = coloursOf(deferred, code)
  await expect.poll(text).toBe('let')
  code.value = { code: LONG, language: 'javascript', open: true }
  await expect.poll(text).toBe(LONG)
  code.value = { code: LONG.repeat(2), language: 'javascript', open: false }
  // The work for this one comes after all work for the first one.
  const other = coloursOf(
    deferred,
    shallowRef({ code: 'let', language: 'javascript', open: false }),
  )
  await expect.poll(other).toBe('let')
  expect(text()).toBe(LONG)
  expect(looks()).toBe(3)
})
