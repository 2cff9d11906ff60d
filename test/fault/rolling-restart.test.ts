// Three nodes behind one address are replaced one after the other while people talk, ask, stop and retry in several rooms.
// ROLLING_RESTARTS=N does it N times over.
import { expect, it, onTestFinished } from 'vitest'
import type { Reply } from '@roomcast/shared/protocol'
import { Chance } from '../doubles/chance.ts'
import { Deployment } from '../support/deployment.ts'
import { startNginx } from '../support/nginx.ts'
import { Person } from '../support/person.ts'
import { BusyRoom } from './busy-room.ts'
import { TEST_DEADLINE_MS } from '../support/deadline.ts'

const ROUNDS = Number(process.env['ROLLING_RESTARTS'] ?? 1)
const ROOMS = 4
const PEOPLE = 6
const NODES = 3
/** Half a second to a whole one: far less than nodes give what they write. */
const HOW = '[simulate: unicode length=1500 gap=15 chunk=40]'

/** The shipped configuration, with a third node, and a node that was away left out for a shorter time. */
async function balance(deployment: Deployment): Promise<string> {
  const [one, other, third] = deployment.nodes.map(({ port }) => port) as [number, number, number]
  const line = (port: number) => `server 127.0.0.1:${port} max_fails=3 fail_timeout=5s;`
  const nginx = await startNginx({
    nodes: [one, other],
    edit: (text) =>
      text
        .replace(line(other), `${line(other)} ${line(third)}`)
        .replaceAll('fail_timeout=5s', 'fail_timeout=1s'),
  })
  onTestFinished(() => nginx.stop())
  expect(deployment.nodes).toHaveLength(NODES)
  return nginx.url
}

it(
  '[R1][R2.1][R4.1] a rolling restart of three nodes under load loses nothing, and nobody has to do anything again',
  async () => {
    const environment = { SHUTDOWN_MS: '15000', TRUST_PROXY: '1' }
    const deployment = await Deployment.open(NODES, { environment })
    onTestFinished(() => deployment.close())
    const url = await balance(deployment)
    const rooms = await Promise.all(
      Array.from({ length: ROOMS }, async (_, number) => {
        const names = Array.from({ length: PEOPLE }, (_, index) => `P${number}-${index}`)
        const people = await Promise.all(names.map((name) => Person.come(url, name)))
        const [owner, ...others] = people as [Person, ...Person[]]
        const { roomId, invite } = await owner.makeRoom(`Room ${number}`)
        for (const person of others) await person.accept(invite)
        return new BusyRoom({ roomId, people, chance: new Chance(number + 1), how: HOW })
      }),
    )
    onTestFinished(() => {
      for (const room of rooms) room.leave()
    })
    await Promise.all(rooms.map((room) => room.open()))

    for (let round = 0; round < ROUNDS; round++)
      for (let index = 0; index < NODES; index++) {
        expect(await deployment.node(index).stop()).toBe(0)
        await deployment.restart(index)
        const ready = async () => (await fetch(`${deployment.node(index).url}/readyz`)).status
        await expect.poll(ready).toBe(200)
        // Otherwise there would be a moment in which all of them count as away.
        const isUsed = async () => {
          await (await fetch(`${url}/api/models`)).text()
          return deployment.node(index).stdout().includes('"path":"/api/models"')
        }
        await expect.poll(isUsed).toBe(true)
      }

    await Promise.all(rooms.map((room) => room.rest()))
    const replies: Reply[] = []
    for (const room of rooms)
      for (const message of await room.judge()) if (message.kind === 'reply') replies.push(message)
    // Nothing is failed or interrupted: all of them had the time that they needed.
    const outcomes = new Set(replies.map(({ ended }) => ended?.outcome))
    expect([...outcomes].toSorted()).toEqual(['cancelled', 'completed'])
    expect(replies.length).toBeGreaterThan(ROUNDS * 10)
  },
  (1 + ROUNDS) * TEST_DEADLINE_MS,
)
