// Nodes whose clocks are a day off from each other and from Redis: no promise depends on them.
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import { startServerProcess } from '../support/server-process.ts'
import { Person } from '../support/person.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const SHIFTED = fileURLToPath(new URL('./shifted-clock.ts', import.meta.url))

/** When a session expires, ms since 1970 by the clock of the node that issued it. */
function expiryOf(token: string): number {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(claims) as { exp: number }).exp * 1000
}

test('[R1][R2.1][R5.1] nodes whose clocks are a day apart show the same, stop each other’s answers, and end those of a dead node', async () => {
  const deployment = await Deployment.open(1, { environment: { LOG_LEVEL: 'warn' } })
  onTestFinished(() => deployment.close())
  const shifted = (ms: number) =>
    startServerProcess({
      ...deployment.environment,
      NODE_OPTIONS: `--import=${SHIFTED}`,
      SHIFT_MS: String(ms),
    })
  const [ahead, behind] = await Promise.all([shifted(DAY_MS), shifted(-DAY_MS)])
  deployment.nodes.push(ahead, behind)
  // Sessions and invites of one node are valid on the others.
  const ana = await Person.come(ahead.url, 'Ana')
  const { roomId, invite } = await ana.makeRoom('Clocks')
  const bo = (await Person.come(behind.url, 'Bo')).at(behind.url)
  await bo.accept(invite)
  expect(expiryOf(ana.token) - expiryOf(bo.token)).toBeGreaterThan(1.9 * DAY_MS)
  const here = ana.at(deployment.node(0).url)
  const seats = await deployment.sit([ana, bo, here], roomId)
  const [first, second, third] = seats as [(typeof seats)[0], (typeof seats)[0], (typeof seats)[0]]

  // Longer than a lease: no node declares a living owner dead.
  await first.ask('Long? [simulate: length=3500 chunk=10 gap=20]')
  const reply = await second.ended(1)
  expect(reply.ended?.outcome).toBe('completed')
  await Promise.all(seats.map((seat) => seat.ended(1)))
  expect(byteLength(reply.text)).toBe(reply.end)
  for (const seat of seats) expect(seat.state.messages).toEqual(second.state.messages)
  // Times come from Redis, whichever node writes.
  for (const { at } of second.state.messages)
    expect(Math.abs(Date.now() - at)).toBeLessThan(DAY_MS / 2)

  await second.ask('Stop? [simulate: length=20000 chunk=10 gap=20]')
  const running = await first.reads(50, 2)
  const stopped = await first.send({ type: 'cancel', generationId: running.generationId })
  const ended = await third.ended(2)
  expect(stopped).toMatchObject({ ok: true, outcome: 'cancelled', end: ended.end })

  await first.ask('Dead? [simulate: length=20000 chunk=10 gap=20]')
  await second.reads(50, 3)
  await ahead.kill()
  const left = await Promise.all([second.ended(3), third.ended(3)])
  for (const { ended: end } of left) expect(end?.outcome).toBe('interrupted')
  expect(left[0].text).toBe(left[1].text)
})
