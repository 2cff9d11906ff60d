// The programs of docs/events.md, exactly as printed there: each reads a room over a connection that is cut in the
// middle of an answer, and ends with exactly the text that a socket has. The program for pages is in
// test/e2e/events.e2e.ts.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { codeBlocks } from '../support/code-blocks.ts'
import { EventFollower } from '../support/event-follower.ts'
import { isInstalled, type Program, startProgram } from '../support/program.ts'
import { temporaryDirectory } from '../support/server-process.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { House } from './house.ts'

const code = codeBlocks('docs/events.md')

/** A room that Alice watches by socket, and a way to run a program that reads it over a connection that can be cut. */
async function aRoom() {
  const house = await House.open()
  const proxy = await startTcpProxy(house.server.port)
  const directory = await temporaryDirectory()
  onTestFinished(async () => {
    await proxy.close()
    await directory.remove()
    await house.close()
  })
  const alice = await house.sit(house.alice)
  const environment = { BASE: proxy.url, ROOM: house.roomId, TOKEN: house.bob.token }
  const run = (...command: [string, ...string[]]): Program => {
    const program = startProgram(command, environment, directory.path)
    onTestFinished(() => program.stop())
    return program
  }
  return { house, proxy, alice, run, directory: directory.path }
}

type Room = Awaited<ReturnType<typeof aRoom>>

/** One answer before the program starts, one while it watches, and one during which it is cut off. */
async function threeAnswers(
  room: Room,
  start: () => Program,
  asPrinted = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join(''),
): Promise<void> {
  const { alice, proxy } = room
  await alice.ask('First? [simulate: unicode]')
  await alice.ended(1)
  const program = start()
  const texts = () => alice.state.messages.flatMap((one) => (one.kind === 'reply' ? one.text : []))
  const printed = () => asPrinted(texts())
  await expect.poll(program.stdout).toBe(printed())

  await alice.ask('Second? [simulate: unicode seed=2]')
  await alice.ended(2)
  await expect.poll(program.stdout).toBe(printed())

  await alice.ask('Third? [simulate: unicode length=6000 gap=20 chunk=40]')
  await alice.reads(1000)
  proxy.cut()
  await alice.reads(2000)
  proxy.mend()
  await alice.ended(3)
  await expect.poll(program.stdout).toBe(printed())
  // It reconnected once, for the missing part.
  expect(proxy.sent().match(/^GET .*\/events HTTP/gm)).toHaveLength(2)
  expect(proxy.sent()).toMatch(/^last-event-id: \S+:\d+:\d+\r$/im)
  expect(
    program.stderr().replace(/^.*(ExperimentalWarning|UNDICI-ES|trace-warnings).*\n/gm, ''),
  ).toBe('')
}

/** Writes parts of the page to a file as one program. */
async function fileOf(room: Room, name: string, ...parts: readonly string[]): Promise<string> {
  await writeFile(join(room.directory, name), parts.map(code).join('\n'))
  return name
}

test('EventSource in Node reconnects by itself and has the same text', async () => {
  const room = await aRoom()
  const file = await fileOf(room, 'watch.mjs', 'replies.js', 'event-source.js', 'node.js')
  await threeAnswers(room, () => room.run(process.execPath, '--experimental-eventsource', file))
})

test('a reader with fetch reconnects by itself, has the same text, and stops when refused', async () => {
  const room = await aRoom()
  const file = await fileOf(room, 'follow.mjs', 'replies.js', 'fetch.js')
  let program: Program | null = null
  await threeAnswers(room, () => (program = room.run(process.execPath, file)))
  await remove(room)
  expect(await (program as Program | null)?.ended).toBe(1)
  expect((program as Program | null)?.stderr()).toContain('room-not-found')
})

test.skipIf(!isInstalled('python3'))(
  'a script in Python reconnects by itself, has the same text, and stops when refused',
  async () => {
    const room = await aRoom()
    const file = await fileOf(room, 'follow.py', 'follow.py')
    let program: Program | null = null
    // It prints text as it arrives, so the last line is still open.
    const asPrinted = (texts: readonly string[]) => texts.join('\n')
    await threeAnswers(room, () => (program = room.run('python3', file)), asPrinted)
    await remove(room)
    expect(await (program as Program | null)?.ended).toBe(1)
    expect((program as Program | null)?.stderr()).toContain('HTTP Error 404')
  },
)

/** The owner deletes the room, which ends all its streams. */
async function remove({ house }: Room): Promise<void> {
  const response = await fetch(`${house.server.url}/api/rooms/${house.roomId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${house.alice.token}` },
  })
  expect(response.status).toBe(204)
}

test.skipIf(!isInstalled('curl'))(
  'curl continues from a file cut anywhere, and has the same room',
  async () => {
    const room = await aRoom()
    const { alice, proxy } = room
    await alice.ask('How? [simulate: unicode length=6000 gap=20 chunk=40]')
    await alice.reads(300)
    const watching = room.run('sh', '-c', code('watch.sh'))
    await expect.poll(watching.stdout).toContain('event: delta')
    await alice.reads(1000)
    proxy.cut()
    await watching.ended
    proxy.mend()
    const resuming = room.run('sh', '-c', code('resume.sh'))
    await alice.ended(1)

    const file = (name: string) => readFileSync(join(room.directory, name), 'utf8')
    expect(file('room.events')).toBe(watching.stdout())
    const follower = new EventFollower()
    follower.add(file('room.events'))
    follower.begin()
    let read = 0
    await expect
      .poll(() => {
        const text = file('room-2.events')
        follower.add(text.slice(read))
        read = text.length
        return follower.state
      })
      .toEqual(alice.state)
    await resuming.stop()
    expect(follower.types.filter((type) => type === 'snapshot' || type === 'tail')).toEqual([
      'snapshot',
      'tail',
    ])
  },
)

test.skipIf(!isInstalled('curl'))('a shell gets a session and a room from an invite', async () => {
  const { house, proxy, directory } = await aRoom()
  const shell = startProgram(
    [
      'sh',
      '-c',
      `${code('session.sh')}\ncurl -s $BASE/api/rooms -H "authorization: Bearer $TOKEN"; echo; echo $ROOM`,
    ],
    { BASE: proxy.url, INVITE: house.invite },
    directory,
  )
  expect(await shell.ended).toBe(0)
  const [rooms, roomId] = shell.stdout().split('\n')
  expect(roomId).toBe(house.roomId)
  expect(rooms).toContain(`"roomId":"${house.roomId}"`)
})
