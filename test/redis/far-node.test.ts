// Three nodes, one of them far from Redis, and 150 members who talk, ask, edit and stop in one room at once: nobody
// starves, however far away. FAR_SECONDS sets the duration, for longer runs; the figures are printed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppendAnswer } from '@roomcast/server/log/redis/append-request.ts'
import { Refusal } from '@roomcast/shared/protocol'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { Tally } from '../support/tally.ts'
import { Chance } from '../doubles/chance.ts'
import { openRedisNode, type RedisNode } from './redis-log.ts'
import type { TestRoom } from '../doubles/room.ts'
import { aRoom } from '../doubles/room.ts'
import { TEST_DEADLINE_MS } from '../support/deadline.ts'

const SECONDS = Number(process.env['FAR_SECONDS'] ?? 4)
/** One-way delay, ms. */
const DISTANCES = [1, 1, 20] as const
const MEMBERS_OF_A_NODE = 50

interface Place {
  readonly node: RedisNode
  readonly room: TestRoom
  /** Duration of each command, ms. */
  readonly took: number[]
  /** Duration of each stop, ms. */
  readonly stops: number[]
  /** Refusals that should not have happened. */
  readonly refused: string[]
  /** The most times that a batch was decided again. */
  worst: number
}

let redis: RedisServer
let proxies: TcpProxy[]
let places: Place[]

beforeAll(async () => {
  redis = await startRedis()
  proxies = []
  places = []
  for (const distance of DISTANCES) {
    const proxy = await startTcpProxy(redis.port, distance)
    proxies.push(proxy)
    const address = { urls: [proxy.url.replace('http:', 'redis:')], cluster: false }
    const node = await openRedisNode(address, { namespace: 'far' })
    // Ids are unique across the nodes.
    const room = places.at(-1)?.room.on(node.log) ?? (await aRoom(node.log))
    const place: Place = { node, room, took: [], stops: [], refused: [], worst: 0 }
    countLosses(place)
    places.push(place)
  }
})
afterAll(async () => {
  for (const { node } of places) await node.close()
  for (const proxy of proxies) await proxy.close()
  await redis.stop()
})

/** Counts how often in a row a node was told that it was behind. */
function countLosses(place: Place): void {
  const { connections } = place.node
  const run = connections.run.bind(connections)
  let losses = 0
  connections.run = async (script, ...rest) => {
    const answer = await run(script, ...rest)
    if (!script.name.startsWith('roomcast-append') || script.name === 'roomcast-append-reply')
      return answer
    const [type] = answer as readonly [AppendAnswer['type']]
    if (type === 'moved') place.worst = Math.max(place.worst, (losses += 1))
    else if (type !== 'reserved') losses = 0
    return answer
  }
}

function percentile(times: readonly number[], part: number): number {
  return Math.round(
    times.toSorted((one, other) => one - other)[Math.floor(times.length * part)] ?? 0,
  )
}

test(
  '[R2.3][R3.1][R4.1] all commands are answered, a stop does not queue behind a flood, and all screens agree',
  async () => {
    const [first] = places
    if (!first) throw new Error('no node')
    for (let member = 0; member < MEMBERS_OF_A_NODE * places.length; member++)
      await first.room.joins(`m${member}`)
    const watchers = await Promise.all(places.map(({ room }) => room.watch()))
    const tally = new Tally()
    const until = performance.now() + SECONDS * 1000
    const posted = new Set<string>()
    /** The newest generation that members know of. */
    let running: string | null = null

    const member = async (place: Place, name: string, chance: Chance) => {
      const { room, took, stops } = place
      let said = await room.said(name, 'Here')
      posted.add(said)
      while (performance.now() < until) {
        const kind = chance.below(20)
        const began = performance.now()
        try {
          if (kind < 12) posted.add((said = await room.said(name, 'So')))
          else if (kind < 15) {
            const post = room.newPost(name, 'Why?', true)
            const { started } = await room.log.post(room.roomId, post)
            running = started?.generationId ?? running
            posted.add(post.messageId)
          } else if (kind < 18) await room.edit(name, said, 'Changed')
          else {
            const started = running
            if (started === null) {
              posted.add(await room.said(name, 'Nothing to stop'))
              continue
            }
            const stopped = performance.now()
            const ended = await room.cancel(name, started)
            if (ended.ok && ended.started) running = ended.started.generationId
            else running = null
            stops.push(performance.now() - stopped)
            const resumed = await room.resume(name).catch(() => null)
            running = resumed?.started?.generationId ?? running
          }
          tally.count(
            `done ${kind < 12 ? 'post' : kind < 15 ? 'ask' : kind < 18 ? 'edit' : 'stop'}`,
          )
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          tally.count(`refused ${error.body.code}`)
          if (error.body.code !== 'queue-full')
            place.refused.push(
              `${error.body.code} after ${Math.round(performance.now() - began)} ms`,
            )
        }
        took.push(performance.now() - began)
      }
    }
    await Promise.all(
      places.flatMap((place, index) =>
        Array.from({ length: MEMBERS_OF_A_NODE }, (_, one) => {
          const number = index * MEMBERS_OF_A_NODE + one
          return member(place, `m${number}`, new Chance(number + 1))
        }),
      ),
    )

    process.stdout.write(`${tally.table()}\n`)
    for (const [index, { took, stops, worst }] of places.entries())
      process.stdout.write(
        `node at ${DISTANCES[index]} ms: ${took.length} commands, p50 ${percentile(took, 0.5)} ms, p99 ${percentile(took, 0.99)} ms, ` +
          `stops p99 ${percentile(stops, 0.99)} ms, decided again at most ${worst} times\n`,
      )
    const { entries } = await first.node.log.read(first.room.roomId)
    const written = entries.flatMap((entry) =>
      entry.type === 'message-posted' ? [entry.messageId] : [],
    )
    expect(written).toHaveLength(posted.size)
    expect(new Set(written)).toEqual(posted)
    for (const { took, worst, refused } of places) {
      expect(refused).toEqual([])
      expect(took.length).toBeGreaterThan(MEMBERS_OF_A_NODE)
      expect(worst).toBeLessThan(25)
    }
    const last = entries.at(-1)?.offset
    for (const watcher of watchers) {
      await watcher.sees(
        (update) =>
          'type' in update &&
          update.type === 'entries' &&
          update.entries.some(({ offset }) => offset === last),
      )
      watcher.stop()
    }
  },
  TEST_DEADLINE_MS + SECONDS * 1000,
)
