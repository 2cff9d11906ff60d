// The commands of docs/operating.md, exactly as printed there: restored backups, the Redis user of the nodes, and
// moving. A page that has seen more than the backup stays open all the time.
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { codeBlocks } from '../support/code-blocks.ts'
import { Deployment, SIGNING_KEY } from '../support/deployment.ts'
import { Person, type Seat } from '../support/person.ts'
import { startProgram } from '../support/program.ts'
import { type RedisServer, startRedis, startRedisCluster } from '../support/redis-server.ts'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { House } from './house.ts'

const code = codeBlocks('docs/operating.md')

/** Runs a code block of the page; returns its output. @throws Error when one of its commands fails */
async function run(name: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const program = startProgram(['sh', '-euc', code(name)], environment, '/')
  if ((await program.ended) !== 0)
    throw new Error(`${name}: ${program.stdout()}${program.stderr()}`)
  return program.stdout()
}

async function aDirectory(): Promise<string> {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory.remove())
  return directory.path
}

async function aLine(port: number): Promise<TcpProxy> {
  const line = await startTcpProxy(port)
  onTestFinished(() => line.close())
  return line
}

async function say(seat: Seat, ...texts: readonly string[]): Promise<void> {
  for (const text of texts)
    expect(await seat.send({ type: 'post', text, ask: false })).toMatchObject({ ok: true })
}

async function answer(seat: Seat): Promise<void> {
  await seat.ask('How? [simulate: length=800]')
  expect((await seat.ended()).ended?.outcome).toBe('completed')
}

/** The messages of a room, as somebody sees them. */
function said({ state }: Seat): string[] {
  return state.messages.flatMap((one) => (one.kind === 'said' && !one.ask ? one.text : []))
}

/** Waits until somebody sees the same as another. */
async function catchesUp(seat: Seat, other: Seat): Promise<void> {
  const { epoch, offset } = other.state
  const isThere = ({ state }: Seat['view']) => state?.epoch === epoch && state.offset >= offset
  await seat.until('the room as it is now', isThere)
  expect(seat.state.messages).toEqual(other.state.messages)
}

describe('a backup of SQLite', () => {
  it('[R1.5][R4.2] is restored whole, and a page that had seen more gets the restored room', async () => {
    const house = await House.open()
    onTestFinished(() => house.close())
    const line = await aLine(house.server.port)
    const environment = {
      DATA_DIR: house.directory,
      BACKUP: join(await aDirectory(), 'backup'),
    }
    const alice = await house.sit(house.alice)
    const page = await house.sit(house.bob.at(line.url))
    await answer(alice)
    await say(alice, 'kept')
    expect(await house.server.stop()).toBe(0)
    expect(await run('sqlite-backup', environment)).toBe('ok\n')

    await house.start()
    await alice.live()
    await say(alice, 'lost 1', 'lost 2')
    await catchesUp(page, alice)
    line.cut()
    alice.leave()
    expect(await house.server.stop()).toBe(0)
    await run('sqlite-restore', environment)

    await house.start()
    const again = await house.sit(house.alice)
    expect(said(again)).toEqual(['kept'])
    // At least as many messages as were lost: the page must not append them to those it knows.
    await say(again, 'new 1', 'new 2', 'new 3')
    await answer(again)
    line.mend()
    await catchesUp(page, again)
    expect(said(page)).toEqual(['kept', 'new 1', 'new 2', 'new 3'])
  })

  it('includes a key with which all members keep their identity on other nodes', async () => {
    const house = await House.open()
    onTestFinished(() => house.close())
    const key = await run('signing-key-of-file', { DATA_DIR: house.directory })
    const other = await startServerProcess({ DATA_DIR: await aDirectory(), SIGNING_KEY: key })
    onTestFinished(() => other.kill())
    const { member } = await house.alice.at(other.url).call<{ member: object }>('/api/session')
    expect(member).toMatchObject({ memberId: house.alice.memberId, name: 'Alice' })
  })
})

describe('a backup of Redis', () => {
  it('[R1.5][R4.2] is taken while nodes run, restored whole, and a page that had seen more gets the restored room', async () => {
    const deployment = await Deployment.open(2)
    onTestFinished(() => deployment.close())
    const { redis } = deployment
    if (!redis) throw new Error('one Redis is wanted')
    const [, REDIS_DIR = ''] = await asked(redis, (client) => client.config('GET', 'dir'))
    const BACKUP = join(await aDirectory(), 'backup.rdb')
    const environment = { REDIS_URL: redis.url, REDIS_DIR, BACKUP }

    const { roomId, people } = await deployment.room('Alice', 'Bob')
    const [owner, member] = people as [Person, Person]
    const line = await aLine(deployment.node(1).port)
    const [alice, page] = (await deployment.sit([owner, member.at(line.url)], roomId)) as [
      Seat,
      Seat,
    ]
    await answer(alice)
    await say(alice, 'kept')
    expect(await run('redis-backup', environment)).toContain('RDB looks OK!')
    await say(alice, 'lost 1', 'lost 2')
    await catchesUp(page, alice)
    line.cut()
    alice.leave()
    for (const node of deployment.nodes) expect(await node.stop()).toBe(0)
    await redis.kill()
    await run('redis-restore', environment)

    await redis.restart()
    expect((await run('redis-new-epochs', environment)).trim()).toBe('1')
    await deployment.restart(0)
    await deployment.restart(1)
    const [again] = (await deployment.sit([owner], roomId)) as [Seat]
    expect(said(again)).toEqual(['kept'])
    await say(again, 'new 1', 'new 2', 'new 3')
    await answer(again)
    line.mend()
    await catchesUp(page, again)
    expect(said(page)).toEqual(['kept', 'new 1', 'new 2', 'new 3'])

    // New writes are in the file that Redis continues with.
    await redis.kill()
    await redis.restart()
    const more = { type: 'post', text: 'new 4', ask: false } as const
    await expect.poll(() => again.send(more)).toMatchObject({ ok: true })
    expect(said(again)).toEqual(['kept', 'new 1', 'new 2', 'new 3', 'new 4'])
  })
})

describe('the Redis user of the nodes', () => {
  it.each([['standalone'], ['cluster']])(
    '[R6] may run the commands of nodes, and no more (%s)',
    async (mode) => {
      const servers = mode === 'cluster' ? (await aCluster()).nodes : [await aRedis()]
      for (const { url } of servers) await run('redis-user', { REDIS_URL: url, PASSWORD: 'secret' })
      const urls = servers.map(({ url }) => url.replace('redis://', 'redis://roomcast:secret@'))
      const nodes = await Promise.all(
        [0, 1].map(async () =>
          startServerProcess({
            DATA_DIR: await aDirectory(),
            REDIS_URL: urls.join(','),
            REDIS_MODE: mode,
            SIGNING_KEY,
          }),
        ),
      )
      onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.kill()))))
      const [here, there] = nodes.map(({ url }) => url) as [string, string]
      await live(here, await Person.come(here, 'Alice'), await Person.come(there, 'Bob'))
      for (const server of servers) {
        expect(await asked(server, (client) => client.call('ACL', 'LOG'))).toEqual([])
        const foreign = asked({ url: urls[0] ?? '' }, (client) => client.call('CONFIG', 'GET', '*'))
        await expect(foreign).rejects.toThrow('NOPERM')
      }
    },
  )

  async function aRedis(): Promise<RedisServer> {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    return redis
  }

  async function aCluster() {
    const cluster = await startRedisCluster()
    onTestFinished(() => cluster.stop())
    return cluster
  }

  /** Two members on different nodes do everything that can be done in a room. */
  async function live(url: string, alice: Person, bob: Person): Promise<void> {
    const { roomId, invite } = await alice.makeRoom('A room')
    await bob.accept(invite)
    const seats = [alice.sit(roomId), bob.sit(roomId)] as const
    const [one, other] = seats
    await Promise.all(seats.map((seat) => seat.live()))
    for (const seat of seats) await seat.until('both', ({ presence }) => presence.length === 2)
    await one.ask('How? [simulate: length=60000 gap=20]')
    await other.reads(100)
    const waits = await other.ask('And then?')
    const next = await one.ask('And after that?')
    expect([waits, next]).toMatchObject([{ queued: true }, { queued: true }])
    const messageId = next.ok ? (next.messageId ?? '') : ''
    expect(await one.send({ type: 'withdraw', messageId })).toMatchObject({ ok: true })
    const { generationId } = other.reply
    expect(await other.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    await one.until('the queue is held', ({ state }) => state?.held)
    expect(await other.send({ type: 'resume' })).toMatchObject({ ok: true })
    const second = await one.ended(2)
    const retry = { type: 'retry', generationId: second.generationId } as const
    expect(await one.send(retry)).toMatchObject({ ok: true })
    await other.ended(3)
    await bob.call(`/api/rooms/${roomId}/messages`)
    await bob.call('/api/rooms')
    for (const seat of seats) seat.leave()
    const headers = { authorization: `Bearer ${alice.token}` }
    const removed = await fetch(`${url}/api/rooms/${roomId}`, { method: 'DELETE', headers })
    expect(removed.status).toBe(204)
  }
})

async function asked<T>(
  { url }: Pick<RedisServer, 'url'>,
  question: (client: Redis) => Promise<T>,
): Promise<T> {
  const client = new Redis(url)
  try {
    return await question(client)
  } finally {
    client.disconnect()
  }
}
