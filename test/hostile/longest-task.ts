// The longest task of a page while it shows a text: the longest uninterrupted work of its main thread in a Chromium
// trace. It is CPU time, so other load on the machine does not count; a throttled CPU takes that many times longer.
import type { CDPSession, Page } from 'playwright-core'

export interface Shown {
  /** Milliseconds. */
  readonly longest: number
  readonly elements: number
  /** Until the whole text is shown, ms. */
  readonly took: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** CPU time, microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** @param steps how often the text is shown while it grows; 1 shows it at once, like an older answer */
export async function longestTask(
  page: Page,
  session: CDPSession,
  text: string,
  steps: number,
): Promise<Shown> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { value: object[] }): void => {
    events.push(...(value as TraceEvent[]))
  }
  session.on('Tracing.dataCollected', collect)
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories: 'toplevel' })
  const shown = await page.evaluate(show, [text, steps] as const)
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  const key = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(key),
  )
  const tasks = events.filter((event) => event.name.endsWith('RunTask') && main.has(key(event)))
  if (tasks.length === 0) throw new Error('Chromium traced no task')
  const longest = tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur), 0) / 1000
  return { ...shown, longest }
}

/** Runs in the page. */
async function show([whole, count]: readonly [string, number]) {
  const frames = async (many: number) => {
    for (let frame = 0; frame < many; frame++) await new Promise(requestAnimationFrame)
  }
  const settled = async () => {
    for (let still = 0, last = -1, round = 0; still < 10 && round < 600; round++) {
      await frames(3)
      const now = document.querySelectorAll('.markdown *').length
      still = now === last ? still + 1 : 0
      last = now
    }
  }
  await window.answer.show('', false)
  await settled()
  const began = performance.now()
  for (let step = 1; step < count; step++) {
    await window.answer.show(whole.slice(0, Math.ceil((whole.length * step) / count)), false)
    await frames(1)
  }
  await window.answer.show(whole, true)
  await settled()
  const took = performance.now() - began
  return { took, elements: document.querySelectorAll('.markdown *').length }
}
