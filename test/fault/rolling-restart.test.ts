// Three nodes behind one address are replaced one after another while members talk, ask, stop and retry in several
// rooms. ROLLING_RESTARTS=N repeats it N times.
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
/** Half a second to one second: far less than nodes allow running answers. */
const HOW = '[simulate: unicode length=1500 gap=15 chunk=40]'

/** The shipped configuration, with a third node and a shorter time before a failed node is tried again. */
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
  '[R1][R2.1][R4.1] a rolling restart of three nodes under load loses nothing, and nobody has to repeat anything',
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
        // Otherwise all nodes could count as failed at the same moment.
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
    // No answer failed or was interrupted: all had enough time to finish.
    const outcomes = new Set(replies.map(({ ended }) => ended?.outcome))
    expect([...outcomes].toSorted()).toEqual(['cancelled', 'completed'])
    expect(replies.length).toBeGreaterThan(ROUNDS * 10)
  },
  (1 + ROUNDS) * TEST_DEADLINE_MS,
)
