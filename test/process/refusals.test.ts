// Bad input over the wire: the sender gets a clear refusal, and nothing changes for anybody.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult, RoomState } from '@roomcast/shared/protocol'
import { LIMITS } from '@roomcast/shared/protocol'
import { Person } from '../support/person.ts'
import { type House, HOUSES } from './house.ts'
import { RawSocket } from './raw-socket.ts'

let house: House
let alice: RawSocket
let bob: RawSocket
/** A room without Bob, and a generation in it. */
let foreign: { roomId: string; generationId: string }
/** The contents of their shared room: an ended generation, a running one, and a waiting question of Alice. */
let ended: string
let running: string
let waiting: string

const LONG_QUOTE = { of: 'x', text: 'q'.repeat(501) }
const post = (socket: RawSocket, fields: Readonly<Record<string, unknown>>) =>
  socket.command('post', { roomId: house.roomId, ask: false, ...fields })

async function ask(socket: RawSocket, roomId: string, text: string): Promise<string> {
  return idOf(await socket.command('post', { roomId, text, ask: true }), 'generationId')
}

function idOf(result: CommandResult, name: 'generationId' | 'messageId'): string {
  const id = result.ok ? result[name] : undefined
  if (id === undefined) throw new Error(`no ${name} in ${JSON.stringify(result)}`)
  return id
}

/** The state of the room as a newcomer reads it. */
async function roomNow(roomId = house.roomId): Promise<RoomState> {
  const socket = await RawSocket.connect(house.server.url, { token: house.alice.token })
  await socket.command('join', { roomId })
  const snapshot = socket.updates.find(
    (update) => (update as { type?: string }).type === 'snapshot',
  ) as { state: RoomState }
  socket.close()
  return snapshot.state
}

/** Expects a message to be the newest; a node other than its sender's may receive it a moment later. */
async function expectNewest(text: string): Promise<void> {
  const newest = async () => (await roomNow()).messages.at(-1)
  await expect.poll(newest).toMatchObject({ text })
}

/** Runs an action and expects both rooms to be unchanged. */
async function changesNothing<T>(act: () => Promise<T>): Promise<T> {
  const before = [await roomNow(), await roomNow(foreign.roomId)]
  const result = await act()
  expect([await roomNow(), await roomNow(foreign.roomId)]).toEqual(before)
  return result
}

function refusal(code: string) {
  return { ok: false, error: { code, message: expect.stringMatching(/^\w.{10,}/) } }
}

describe.each(HOUSES)('on %s', (_name, open) => {
  beforeAll(async () => {
    house = await open()
    const connect = ({ url, token }: Person) => RawSocket.connect(url, { token })
    alice = await connect(house.alice)
    bob = await connect(house.bob)
    const { roomId } = await house.alice.makeRoom('Another room')
    foreign = { roomId, generationId: await ask(alice, roomId, 'Theirs?') }
    ended = await ask(alice, house.roomId, 'Ours? [simulate: length=100]')
    const seat = await house.sit(house.alice)
    await seat.ended(1)
    running = await ask(alice, house.roomId, 'And now? [simulate: stall]')
    await seat.reads(1)
    const queued = await post(alice, { text: 'And then?', ask: true })
    waiting = idOf(queued, 'messageId')
  })
  afterAll(() => house.close())

  describe('[R4.3] a command that makes no sense is refused', () => {
    it.each([
      ['nothing', undefined],
      ['null', null],
      ['a number', 5],
      ['text', 'join'],
      ['a list', []],
      ['a list with a command', [{ type: 'leave' }]],
      ['an object without a type', {}],
      ['a type that is not text', { type: 5 }],
      ['a type that is an object', { type: { type: 'post' } }],
    ])('when it is %s', async (_, input) => {
      const answer = await changesNothing(() => bob.say(input))
      expect(answer).toMatchObject(refusal('bad-request'))
    })

    it('even if it has no content at all', async () => {
      expect(await bob.say()).toMatchObject(refusal('bad-request'))
    })

    it.each(['explode', '', '__proto__', 'constructor', 'toString', 'POST', 'post '])(
      '[W1] if "%s" is no command',
      async (type) => {
        const answer = await changesNothing(() => bob.command(type, { roomId: house.roomId }))
        expect(answer).toMatchObject(refusal('unknown-command'))
      },
    )

    it.each([
      ['post without text', 'post', { ask: true }],
      ['post with a number for text', 'post', { text: 5, ask: true }],
      ['post with a list for text', 'post', { text: ['a'], ask: true }],
      ['post with a word for ask', 'post', { text: 'a', ask: 'yes' }],
      ['post without ask', 'post', { text: 'a' }],
      ['a command id with blanks', 'post', { text: 'a', ask: false, commandId: 'a b' }],
      ['a command id that is not text', 'post', { text: 'a', ask: false, commandId: 7 }],
      [
        'a command id that is too long',
        'post',
        { text: 'a', ask: false, commandId: 'x'.repeat(65) },
      ],
      ['no command id', 'post', { text: 'a', ask: false, commandId: undefined }],
      ['a room id that is a path', 'post', { text: 'a', ask: false, roomId: '../room' }],
      ['a room id that is a list', 'post', { text: 'a', ask: false, roomId: ['room'] }],
      ['cancel without a generation', 'cancel', {}],
      ['cancel with a long reason', 'cancel', { generationId: 'x', reason: 'r'.repeat(201) }],
      ['retry with an object', 'retry', { generationId: {} }],
      ['withdraw without a message', 'withdraw', {}],
      ['edit without a text', 'edit', { messageId: 'x' }],
      ['retract without a message', 'retract', {}],
      ['configure without anything', 'configure', {}],
      ['configure with an empty title', 'configure', { title: ' ' }],
      ['remove without a member', 'remove', {}],
      ['look behind, which only the server knows', 'look', { look: 'behind' }],
      ['a quote that is too long', 'post', { text: 'a', ask: false, quote: LONG_QUOTE }],
      [
        'too many mentions',
        'post',
        { text: 'a', ask: false, mentions: Array.from({ length: 51 }, () => 'a') },
      ],
      ['join from an invalid position', 'join', { since: { epoch: 'e', offset: -1, end: 0 } }],
      ['join from half a position', 'join', { since: { offset: 1 } }],
      ['join from a word', 'join', { since: 'now' }],
    ])('with an explanation: %s', async (_, type, fields) => {
      const answer = await changesNothing(() =>
        bob.command(type, { roomId: house.roomId, ...fields }),
      )
      expect(answer).toMatchObject(refusal('bad-request'))
    })

    it('silently if no acknowledgement was requested, and harms nobody', async () => {
      await changesNothing(async () => {
        for (const input of [undefined, null, 7, { type: 'post' }, { type: 'nothing' }])
          bob.shout(input)
        expect(await bob.command('typing', { roomId: house.roomId })).toEqual({ ok: true })
      })
    })
  })

  describe('[R4.3][R7.1] a message', () => {
    it.each([
      ['empty', '', 'message-empty'],
      ['blank', ' \n\t\u00A0\u2003', 'message-empty'],
      ['invisible', '\u200B\u2800', 'message-empty'],
      ['100 kB long', 'x'.repeat(100_000), 'message-too-long'],
      ['a byte too long', 'x'.repeat(LIMITS.messageBytes + 1), 'message-too-long'],
      ['too long in bytes, not in characters', '€'.repeat(22_000), 'message-too-long'],
    ])('that is %s is refused', async (_, text, code) => {
      for (const asks of [true, false]) {
        const answer = await changesNothing(() => post(bob, { text, ask: asks }))
        expect(answer).toMatchObject(refusal(code))
      }
    })

    it('of exactly the maximum length is accepted', async () => {
      const text = `${'\u0000'.repeat(LIMITS.messageBytes - 1)}x`
      expect(await post(bob, { text })).toMatchObject({ ok: true })
      await expectNewest(text)
    })

    it('too large for a socket ends the connection, posts nothing, and its sender may reconnect', async () => {
      const clumsy = await RawSocket.connect(house.bob.url, { token: house.bob.token })
      await changesNothing(async () => {
        const text = 'x'.repeat(1024 * 1024)
        clumsy.shout({ type: 'post', commandId: 'c', roomId: house.roomId, text, ask: false })
        expect(await clumsy.closed).toMatch(/transport/)
      })
      const back = await RawSocket.connect(house.bob.url, { token: house.bob.token })
      expect(await post(back, { text: 'Sorry.' })).toMatchObject({ ok: true })
      await expectNewest('Sorry.')
      back.close()
    })
  })

  describe('[R6.1][R6.2] a room of other members', () => {
    it.each([
      ['join', {}],
      ['post', { text: 'Hello.', ask: false }],
      ['post', { text: 'Hello?', ask: true }],
      ['cancel', { generationId: 'x' }],
      ['retry', { generationId: 'x' }],
      ['continue', { generationId: 'x' }],
      ['withdraw', { messageId: 'x' }],
      ['resume', {}],
      ['typing', {}],
      ['edit', { messageId: 'x', text: 'Hello.' }],
      ['retract', { messageId: 'x' }],
      ['configure', { title: 'Mine' }],
      ['remove', { memberId: 'x' }],
      ['look', { look: 'live' }],
    ])('answers %s %j like a room that does not exist', async (type, fields) => {
      const seen = bob.updates.length
      const answers = await changesNothing(async () => [
        await bob.command(type, { ...fields, roomId: foreign.roomId }),
        await bob.command(type, { ...fields, roomId: 'no-such-room' }),
      ])
      expect(answers[0]).toMatchObject(refusal('room-not-found'))
      expect(answers[0]).toEqual(answers[1])
      expect(bob.updates).toHaveLength(seen)
    })

    it.each(['messages', 'export', 'export?format=json'])(
      'gives no %s over HTTP either',
      async (what) => {
        const [theirs, none] = await Promise.all(
          [foreign.roomId, 'no-such-room'].map((roomId) =>
            house.http(house.bob, 'GET', `/api/rooms/${roomId}/${what}`),
          ),
        )
        expect(theirs).toMatchObject({ status: 404, body: { error: { code: 'room-not-found' } } })
        expect(theirs).toEqual(none)
      },
    )

    it.each(['cancel', 'retry', 'continue'])(
      'keeps its generations safe: %s sent through the sender’s own room is refused',
      async (type) => {
        const { generationId } = foreign
        const answer = await changesNothing(() =>
          bob.command(type, { roomId: house.roomId, generationId }),
        )
        const expected = type === 'cancel' ? 'generation-not-found' : 'generation-running'
        expect(answer).toMatchObject(refusal(expected))
      },
    )
  })

  describe('[R4.3] a command that cannot be done now', () => {
    const fieldsOf: Record<string, () => Record<string, unknown>> = {
      'withdraw of another member’s question': () => ({ messageId: waiting }),
      'withdraw of an unknown message': () => ({ messageId: 'nothing' }),
      'retry while Claude answers': () => ({ generationId: ended }),
      'continue while Claude answers': () => ({ generationId: running }),
      'resume of a queue that is not held': () => ({}),
      'cancel of an unknown generation': () => ({ generationId: 'nothing' }),
    }

    it.each([
      ['withdraw of another member’s question', 'not-yours'],
      ['withdraw of an unknown message', 'message-not-found'],
      ['retry while Claude answers', 'generation-running'],
      ['continue while Claude answers', 'generation-running'],
      ['resume of a queue that is not held', 'queue-not-held'],
      ['cancel of an unknown generation', 'generation-not-found'],
    ])('is refused, a %s as %s', async (what, code) => {
      const [type = ''] = what.split(' ')
      const fields = { roomId: house.roomId, ...fieldsOf[what]?.() }
      expect(await changesNothing(() => bob.command(type, fields))).toMatchObject(refusal(code))
    })

    it('[R3.4] gets the outcome of the answer if it is a late stop', async () => {
      const fields = { roomId: house.roomId, generationId: ended }
      const answer = await changesNothing(() => bob.command('cancel', fields))
      expect(answer).toMatchObject({ ok: true, outcome: 'completed', end: expect.any(Number) })
    })
  })

  describe('[R4.1] a command that is sent twice', () => {
    it('gets the same answer twice and is done once, even if both arrive at once', async () => {
      const { roomId } = await house.bob.makeRoom('Twice')
      const commandId = randomUUID()
      const command = {
        type: 'post',
        commandId,
        roomId,
        text: 'Once? [simulate: stall]',
        ask: true,
      }
      const [first, second] = await Promise.all([bob.say(command), bob.say(command)])
      expect(first).toMatchObject({ ok: true, generationId: expect.any(String) })
      expect(second).toEqual(first)
      expect(await bob.say({ ...command, text: 'Something else' })).toEqual(first)
      expect(house.simulator.stats.open).toBeLessThan(4)
      const cancel = { roomId, generationId: idOf(first, 'generationId') }
      const stops = [await bob.command('cancel', cancel), await bob.command('cancel', cancel)]
      expect(stops[0]).toMatchObject({ ok: true, outcome: 'cancelled' })
      expect(stops[1]).toEqual(stops[0])
      const { messages } = await house.bob.call<{ messages: unknown[] }>(
        `/api/rooms/${roomId}/messages`,
      )
      expect(messages).toHaveLength(2)
    })
  })

  describe('[R7] a member who floods the server', () => {
    it('[R7.1] is limited, and nobody else', async () => {
      const carol = await Person.come(house.server.url, 'Carol')
      const socket = await RawSocket.connect(house.server.url, { token: carol.token })
      // 20 per second are always allowed, so the number needed depends on the machine.
      let [sent, refused] = [0, 0]
      for (; refused === 0 && sent < 10_000; sent += 100) {
        const typing = () => socket.command('typing', { roomId: 'none' })
        for (const answer of await Promise.all(Array.from({ length: 100 }, typing)))
          if (!answer.ok && answer.error.code === 'rate-limited') refused++
      }
      expect(refused).toBeGreaterThan(0)
      expect(sent - refused).toBeGreaterThanOrEqual(1200)
      expect(await post(alice, { text: 'Still here.' })).toMatchObject({ ok: true })
      socket.close()
    })
  })
})
