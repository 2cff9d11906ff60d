// A client that reads nothing, among hundreds that do: it costs little, the others get everything, and so does it in
// the end.
import { expect, onTestFinished, test } from 'vitest'
import { positionOf } from '@roomcast/shared/room'
import { House } from '../process/house.ts'
import { EventReader } from '../support/event-reader.ts'
import { Person } from '../support/person.ts'
import { figure, isFullScale, print } from './figures.ts'
import { INSPECTABLE, Inspection } from './inspection.ts'
import { WireClient } from './wire-client.ts'

const SOCKETS = isFullScale ? 450 : 135
const STREAMS = isFullScale ? 50 : 15
/** A member may have a hundred connections of each kind. */
const PEOPLE = 10
/** Data that fills the kernel buffers of the stalled client: they take 4 to 6 MB before the server notices. */
const HISTORY_BYTES = 150_000
const MOST_FILLINGS = 400
/** By then the kernel buffers are full. */
const REFUSED_IN_A_ROW = 20
const ANSWER_BYTES = 300_000
/** Just below the size limit of one reply, and the number of such replies sent while the client reads nothing. */
const LARGE_BYTES = 900_000
const LARGE_ANSWERS = isFullScale ? 40 : 12
/** An unbounded backlog would hold all of that. */
const BOUND_BYTES = 8 * 1024 * 1024

/** A server with an external Claude: the simulator's records do not count as the server's memory. */
async function openHouse(): Promise<House> {
  const house = await House.open({
    MAX_TOKENS: '400000',
    PROMPT_TOKENS: '1000',
    LOG_LEVEL: 'warn',
    ...INSPECTABLE,
  })
  onTestFinished(() => house.close())
  return house
}

/**
 * Reads until everything has arrived. A client that read nothing for 30 s was disconnected, and resumes from its
 * position.
 */
async function readOn(
  socket: WireClient,
  token: string,
  roomId: string,
  url: string,
  offset: number,
) {
  const isThere = ({ state }: WireClient) => state.offset >= offset && state.running === null
  socket.resume()
  await socket.until('all it is given', (client) => isThere(client) || !client.isOpen)
  if (socket.isOpen) return socket
  const again = await WireClient.connect({ url, token, state: socket.state })
  onTestFinished(() => again.close())
  await again.join(roomId)
  await again.until('the rest', isThere)
  return again
}

test('[R7.2][R1.5] a stalled reader among hundreds costs bounded memory, and all readers get every byte and the end', async () => {
  const house = await openHouse()
  const { server, alice: owner, roomId, invite } = house
  const { url } = server
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, (_, index) => Person.come(url, `Reader ${index}`)),
  )
  for (const person of people) await person.accept(invite)
  const person = (index: number) => people[index % PEOPLE] ?? owner
  const seat = await house.sit(owner)
  await seat.ask(`Much. [simulate: length=${HISTORY_BYTES} chunk=500 pace=instant]`)
  await seat.ended(1)

  const stalled = await WireClient.connect({ url, token: owner.token })
  onTestFinished(() => stalled.close())
  expect(await stalled.join(roomId)).toMatchObject({ ok: true })
  const sockets: WireClient[] = []
  for (let index = 0; index < SOCKETS; index++)
    sockets.push(await WireClient.connect({ url, token: person(index).token }))
  onTestFinished(() => sockets.forEach((socket) => socket.close()))
  await Promise.all(sockets.map((socket) => socket.join(roomId)))
  const streams: EventReader[] = []
  for (let index = 0; index < STREAMS; index++)
    streams.push(await EventReader.open({ url, roomId, token: person(index).token }))
  onTestFinished(() => streams.forEach((stream) => stream.close()))
  await Promise.all(streams.map((stream) => stream.reaches(seat.state)))

  const inspection = await Inspection.attach(server)
  onTestFinished(() => inspection.close())
  const before = await inspection.memory()
  stalled.pause()
  // Requests the room again and again for this client alone, until the server refuses because of its unread data.
  const refusals = () => figure(url, 'roomcast_refusals_total')
  const filling: Promise<unknown>[] = []
  for (let inARow = 0; inARow < REFUSED_IN_A_ROW;) {
    const refused = await refusals()
    filling.push(stalled.join(roomId, null))
    expect(filling.length).toBeLessThan(MOST_FILLINGS)
    inARow = (await refusals()) > refused ? inARow + 1 : 0
  }
  for (const number of [2, 3]) {
    await seat.ask(`All of it. [simulate: length=${ANSWER_BYTES} chunk=500 pace=instant]`)
    await seat.ended(number)
  }
  const { reply } = seat
  await Promise.all(
    sockets.map((socket) =>
      socket.until('the end', ({ state }) => state.offset === seat.state.offset),
    ),
  )
  await Promise.all(streams.map((stream) => stream.reaches(seat.state)))
  const grown = (await inspection.memory()) - before
  print('a stalled reader among', {
    others: SOCKETS + STREAMS,
    'bytes to each': reply.end,
    'memory grew by': grown,
  })

  const { messages } = seat.state
  expect(messages.at(-1)).toMatchObject({ end: reply.end, ended: { outcome: 'completed' } })
  // Compares them one by one, so that a difference does not print hundreds of texts.
  expect(sockets.filter(({ gaps }) => gaps > 0)).toHaveLength(0)
  for (const { state } of [...sockets, ...streams]) expect(state.messages).toEqual(messages)
  expect(grown).toBeLessThan(BOUND_BYTES)

  expect(stalled.state.messages).not.toEqual(messages)
  const { offset } = positionOf(seat.state)
  const back = await readOn(stalled, owner.token, roomId, url, offset)
  expect(back.state.messages).toEqual(messages)
  expect(back.gaps).toBe(0)
  if (back === stalled) await Promise.all(filling)
  // It had left the live path before the last answer, and got the rest at once.
  expect(stalled.liveBytes).toBeLessThan(1.5 * ANSWER_BYTES)
  await seat.send({ type: 'post', text: 'Live again?', ask: false })
  await back.until('what follows', ({ state }) => state.offset === seat.state.offset)
})

test('[R7.2] a socket and an event stream that read nothing cost no more however much is sent to others', async () => {
  const house = await openHouse()
  const { server, alice, bob, roomId } = house
  const { url } = server
  const driver = await WireClient.connect({ url, token: alice.token })
  await driver.join(roomId)
  let answers = 0
  const ask = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const text = `Number ${(answers += 1)}. [simulate: length=${LARGE_BYTES} chunk=5000 pace=instant]`
      expect(await driver.command('post', { roomId, text, ask: true })).toMatchObject({ ok: true })
      await driver.until(`the end of answer ${answers}`, ({ state }) => {
        const newest = state.messages.at(-1)
        return newest?.kind === 'reply' && newest.number === answers && newest.ended !== null
      })
    }
  }
  // New connections: a kernel buffers more for a client that has read fast.
  const socket = await WireClient.connect({ url, token: bob.token })
  const stream = await EventReader.open({ url, roomId, token: bob.token })
  onTestFinished(() => {
    driver.close()
    socket.close()
    stream.close()
  })
  await socket.join(roomId)
  await stream.reaches(driver.state)
  socket.pause()
  stream.response.pause()
  // As much as the kernel buffers and a room keeps in memory.
  await ask(6)
  const inspection = await Inspection.attach(server)
  onTestFinished(() => inspection.close())
  const before = await inspection.memory()
  await ask(LARGE_ANSWERS)
  const grown = (await inspection.memory()) - before
  print('two stalled readers', {
    'bytes gone by': LARGE_ANSWERS * LARGE_BYTES,
    'memory grew by': grown,
  })
  expect(grown).toBeLessThan(BOUND_BYTES)
  const { offset, messages } = driver.state
  const back = await readOn(socket, bob.token, roomId, url, offset)
  stream.response.resume()
  const hasEnded = await Promise.race([
    stream.ended.then(() => true),
    stream.reaches(driver.state).then(() => false),
  ])
  const { follower } = stream
  const read = hasEnded
    ? await EventReader.open({ url, roomId, token: bob.token, follower })
    : stream
  await read.reaches(driver.state)
  read.close()
  for (const { state } of [back, read]) expect(state.messages).toEqual(messages)
})
