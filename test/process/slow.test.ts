// A member whose connection reads nothing while the others watch: it costs little, and has everything in the end.
import { randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { emptyRoom, fold } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'
import { parseUpdate, PROTOCOL_VERSION, type RoomState } from '@roomcast/shared/protocol'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'
import { EventReader } from '../support/event-reader.ts'
import { Person } from '../support/person.ts'
import { resident } from '../support/resident.ts'
import { until } from '../support/until.ts'

/** Just below the size limit of one reply. */
const ANSWER_BYTES = 900_000
/** Far more than a node needs for such a room; an unbounded queue would exceed it. */
const ENOUGH_BYTES = 512 * 1024 * 1024

/** The connection below a client's socket, which a test can stop reading from. */
interface Wire {
  pause(): void
  resume(): void
}

/** The TCP socket of the `ws` connection that engine.io uses in Node; not public. */
function wireOf(socket: Socket): Wire {
  const { transport } = socket.io.engine as unknown as { transport: { ws: { _socket: Wire } } }
  return transport.ws._socket
}

test('[R7.2] a client that reads nothing, by socket or event stream, costs bounded memory and is caught up with one tail', async () => {
  const directory = await temporaryDirectory()
  const server = await startServerProcess({
    DATA_DIR: directory.path,
    SIMULATOR_PACE: 'instant',
    MAX_TOKENS: '300000',
    LOG_LEVEL: 'warn',
  })
  onTestFinished(async () => {
    await server.kill()
    await directory.remove()
  })
  const [ana, bo] = [await Person.come(server.url, 'Ana'), await Person.come(server.url, 'Bo')]
  const { roomId, invite } = await ana.makeRoom('Slow')
  await bo.accept(invite)
  const watcher = ana.sit(roomId)
  await watcher.live()

  const socket = io(server.url, {
    transports: ['websocket'],
    auth: { version: PROTOCOL_VERSION, token: bo.token },
    reconnection: false,
  })
  onTestFinished(() => void socket.disconnect())
  let state: RoomState = emptyRoom(roomId, 'none')
  const kinds: string[] = []
  let [gaps, live] = [0, 0]
  const listeners = new Set<() => void>()
  socket.on('update', (input: unknown) => {
    const update = parseUpdate(input)
    if (!update) return
    if (!('type' in update)) live += Buffer.byteLength(update[2])
    kinds.push('type' in update ? update.type : 'delta')
    if ('type' in update && ['presence', 'synced', 'closed'].includes(update.type)) return
    const folded = fold(state, update as Parameters<typeof fold>[1], digest)
    state = folded.state
    if (folded.behind) gaps++
    for (const listener of listeners) listener()
  })
  await socket.emitWithAck('command', { type: 'join', roomId, commandId: randomUUID() })

  const reader = await EventReader.open({ url: server.url, roomId, token: bo.token })
  onTestFinished(() => reader.close())
  await reader.until('the room', ({ follower }) => follower.types.includes('synced'))

  const before = resident(server.pid)
  wireOf(socket).pause()
  reader.response.pause()
  // Far more than kernels buffer for a connection that does not read.
  const answers = 10
  for (let index = 1; index <= answers; index++) {
    await watcher.ask(`Number ${index}. [simulate: length=${ANSWER_BYTES} pace=instant]`)
    await watcher.ended(index)
  }
  const grown = resident(server.pid) - before
  wireOf(socket).resume()
  reader.response.resume()
  await until(
    'the slow one has it all',
    () => state.offset === watcher.state.offset && state.running === null,
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  )
  await reader.reaches(watcher.state)
  expect(state).toEqual(watcher.state)
  expect(reader.state).toEqual(watcher.state)
  expect(gaps).toBe(0)
  // Both left the live path, and were caught up with tails (or the whole room) instead of every frame.
  for (const came of [kinds, reader.follower.types])
    expect(came.filter((kind) => kind === 'tail' || kind === 'snapshot').length).toBeGreaterThan(1)
  for (const bytes of [live, reader.liveBytes]) expect(bytes).toBeLessThan(answers * ANSWER_BYTES)
  expect(grown).toBeLessThan(ENOUGH_BYTES)
  watcher.leave()
})

test('[R7.2] a member who keeps sending after refusals is disconnected', async () => {
  const directory = await temporaryDirectory()
  const server = await startServerProcess({ DATA_DIR: directory.path, LOG_LEVEL: 'warn' })
  onTestFinished(async () => {
    await server.kill()
    await directory.remove()
  })
  const mallory = await Person.come(server.url, 'Mallory')
  const { roomId } = await mallory.makeRoom('Flood')
  const socket = io(server.url, {
    transports: ['websocket'],
    auth: { version: PROTOCOL_VERSION, token: mallory.token },
    reconnection: false,
  })
  onTestFinished(() => void socket.disconnect())
  const ended = new Promise<string>((resolve) => socket.on('disconnect', resolve))
  await new Promise<void>((resolve) => socket.on('connect', resolve))
  let refused = 0
  for (let index = 0; index < 5000; index++)
    socket.emit(
      'command',
      { type: 'typing', roomId, commandId: `flood-${index}` },
      ({ ok }: { ok: boolean }) => (refused += ok ? 0 : 1),
    )
  expect(await ended).toBe('io server disconnect')
  expect(refused).toBeGreaterThan(0)
  expect(refused).toBeLessThan(1000)
})
