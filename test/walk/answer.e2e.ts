// One answer, watched in three browsers, each on a node of its own.
import { expect, test } from 'vitest'
import { type Stage, useStage } from './stage.ts'

let stage: Stage
useStage(3, { pace: 'real', seed: 7 }, (opened) => (stage = opened))

test('[R1][R2][R3][R3.2][R3.3] three people watch one answer, and one who did not ask it stops it for all', async () => {
  const { deployment } = stage
  const [ana, bo] = [await stage.comes('Ana'), await stage.comes('Bo', { dark: true })]
  const link = await ana.makeRoom(deployment.node(0).url, 'Design review')
  await bo.accept(stage.at(1, link))
  await ana.ask('How do shared rooms work? [simulate: length=60000]')

  await bo.page.getByText('Claude is thinking').first().waitFor()
  await bo.page.getByText('Claude is answering Ana').waitFor()
  // In pieces: both see the answer grow several times.
  for (const bytes of [1, 400, 800]) await Promise.all([ana.reads(bytes), bo.reads(bytes)])

  const cy = await stage.comes('Cy', { width: 390, height: 844 })
  await cy.accept(stage.at(2, link))
  expect((await cy.reply()).end).toBeGreaterThanOrEqual(800)
  await cy.reads(1500)
  for (const person of [ana, bo, cy])
    await expect.poll(() => person.at('stop').isVisible()).toBe(true)

  await bo.at('stop').click()
  for (const person of [ana, bo, cy]) await person.footerSays('Stopped by Bo')
  const [first, second, third] = [await ana.reply(), await bo.reply(), await cy.reply()]
  expect(second).toEqual(first)
  expect({ ...third, text: third.text.replace(/\s+/g, ' ') }).toEqual({
    ...first,
    text: first.text.replace(/\s+/g, ' '),
  })
  expect(first.end).toBeGreaterThanOrEqual(1500)
  const request = deployment.simulator.requests.find(({ path }) => path.endsWith('/messages'))
  await expect.poll(() => request?.closedByClientAt).toBeTypeOf('number')
  expect(request?.bytesAfterClose).toBe(0)
  for (const person of [ana, bo, cy]) expect(person.complaints).toEqual([])
})
