// Frames and packets that no page sends: each ends its own connection and affects nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { House } from '../process/house.ts'
import { frameOf, OPCODES, RawWire } from './raw-wire.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
})
afterAll(() => house.close())

const come = () => RawWire.admitted(house.server.port, house.bob.token)

/** Expects the node to serve another client, in the same process as before. */
async function expectAlive(): Promise<void> {
  const other = await RawWire.admitted(house.server.port, house.alice.token)
  const typing = { type: 'typing', commandId: 'c', roomId: house.roomId }
  expect(await other.command(typing)).toEqual({ ok: true })
  other.close()
}

async function ended(why: string): Promise<number> {
  const text = await (await fetch(`${house.server.url}/metrics`)).text()
  const found = new RegExp(`roomcast_connections_ended_total\\{why="${why}"\\} (\\d+)`).exec(text)
  return Number(found?.[1])
}

const typing = (roomId: string) => JSON.stringify({ type: 'typing', commandId: 'c', roomId })
const list = (length: number, item = '0') => Array.from({ length }, () => item).join(',')

describe('a packet that no page sends', () => {
  const packets: readonly [string, string][] = [
    ['a command with 40,000 arguments', `42["command",${list(40_000)}]`],
    ['a command with 200,000 arguments', `42["command",${list(200_000)}]`],
    ['a command with 40,000 arguments that asks for an answer', `427["command",${list(40_000)}]`],
    ['another event with 70,000 arguments', `42["x",${list(70_000)}]`],
    ['an event with a number for its name', `42[1,${list(70_000)}]`],
    ['a command with three arguments', '42["command",{},{},{}]'],
    ['another event', '42["typing",{}]'],
    ['an error event', '42["error",{}]'],
    ['an event named like a method', '42["__proto__",{}]'],
    ['a reserved event', '42["disconnect"]'],
    ['an event without a name', '42[]'],
    ['an event that is not a list', '42{"command":1}'],
    ['an event that is not JSON', '42["command",'],
    ['a command nested 50,000 deep', `42["command",${'['.repeat(50_000)}${']'.repeat(50_000)}]`],
    ['objects nested 50,000 deep', `42["command",${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}]`],
    ['a command with brackets that never close', `42["command",${'['.repeat(200_000)}`],
    ['an acknowledgement id of 40 digits', `42${'9'.repeat(40)}["command",{}]`],
    ['an acknowledgement nobody asked for', '431[1]'],
    ['an acknowledgement with 100,000 values', `431[${list(100_000)}]`],
    ['an event with an attachment', '451-["command",{"_placeholder":true,"num":0}]'],
    ['an event with ten attachments', '4510-["command"]'],
    ['an acknowledgement with an attachment', '461-1["command"]'],
    ['a connect error', '44{"message":"x"}'],
    ['another namespace', '40/admin,{}'],
    ['another namespace with a long name', `40/${'x'.repeat(100_000)},{}`],
    ['a command in another namespace', '42/admin,["command",{}]'],
    ['a second connect', '40{}'],
    ['a connect with a large token', `40{"token":"${'x'.repeat(100_000)}"}`],
    ['an unknown packet type', '47[]'],
    ['an empty message', '4'],
    ['a ping in the wrong direction', '2'],
    ['an upgrade', '5'],
    ['an opening', '0{}'],
    ['an unknown engine packet', '9'],
    ['base64', 'bAAAA'],
  ]

  it.each(packets)('ends its connection, and nobody else notices: %s', async (_, packet) => {
    const wire = await come()
    wire.text(packet)
    await wire.untilEnded()
    await expectAlive()
  })

  it('ends its connection even if it is a command in a binary frame', async () => {
    const wire = await come()
    wire.send(frameOf(OPCODES.binary, '42["command",{}]'))
    await wire.untilEnded()
    await expectAlive()
  })

  it('is reported to its sender first, and is counted', async () => {
    const before = await ended('odd-packet')
    const wire = await come()
    wire.text(`42["command",${list(40_000)}]`)
    await wire.untilEnded()
    const closed = wire.texts.find((text) => text.includes('"closed"')) ?? ''
    expect(JSON.parse(closed.slice(2))).toMatchObject([
      'update',
      { type: 'closed', error: { code: 'bad-request', retryable: false } },
    ])
    expect(await ended('odd-packet')).toBe(before + 1)
  })

  it('ends the connection even if the client does not answer the close frame', async () => {
    const wire = await come()
    wire.isPolite = false
    wire.text('431[1]')
    await wire.untilEnded()
  })

  it('ends the connection even before a member is admitted', async () => {
    for (const packet of [
      `42["command",${list(40_000)}]`,
      '431[1]',
      '41',
      `40/${'x'.repeat(9000)}`,
    ]) {
      const wire = await RawWire.open({ port: house.server.port })
      wire.text(packet)
      await wire.untilEnded()
    }
    await expectAlive()
  })
})

describe('a command', () => {
  it('is answered, whatever its first argument is', async () => {
    const wire = await come()
    const inputs = [
      'null',
      '7',
      '"x"',
      '[]',
      '{"type":"__proto__"}',
      '{"__proto__":{"type":"post"}}',
    ]
    for (const [id, input] of inputs.entries()) {
      wire.text(`42${id}["command",${input}]`)
      expect(await wire.answer(id)).toMatchObject({ ok: false })
    }
    wire.text(`4299["command"]`)
    expect(await wire.answer(99)).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    wire.close()
  })

  it('may have something else in place of the acknowledgement', async () => {
    const wire = await come()
    wire.text(`421["command",${typing(house.roomId)},null]`)
    expect(await wire.answer(1)).toEqual({ ok: true })
    wire.close()
  })

  it('with many keys, or one key many times, is read as written', async () => {
    const wire = await come()
    const keys = Array.from({ length: 20_000 }, (_, at) => `"k${at}":0`).join(',')
    wire.text(`421["command",{${keys},${typing(house.roomId).slice(1)}]`)
    expect(await wire.answer(1)).toEqual({ ok: true })
    wire.text(`422["command",{${list(20_000, '"type":"post"')},${typing(house.roomId).slice(1)}]`)
    expect(await wire.answer(2)).toEqual({ ok: true })
    wire.close()
  })

  it('[R7.1] that is too large is refused unread, and the connection stays open', async () => {
    const wire = await come()
    const text = 'x'.repeat(600_000)
    const post = { type: 'post', commandId: 'c', roomId: house.roomId, text, ask: false }
    expect(await wire.command(post, 1)).toMatchObject({ ok: false, error: { code: 'too-large' } })
    expect(await wire.command({ type: 'typing', commandId: 'd', roomId: house.roomId }, 2)).toEqual(
      {
        ok: true,
      },
    )
    wire.close()
  })

  it('[R7.1] that is larger still ends the connection with the matching close code', async () => {
    const wire = await come()
    wire.text(`421["command",{"type":"post","text":"${'x'.repeat(2_000_000)}"}]`)
    await wire.untilEnded()
    expect(wire.closeCode).toBe(1009)
  })
})

describe('frames', () => {
  const whole = (roomId: string) => `421["command",${typing(roomId)}]`

  it('of one byte each are read as one message', async () => {
    const wire = await come()
    const bytes = [...Buffer.from(whole(house.roomId))]
    for (const [at, byte] of bytes.entries())
      wire.send(
        frameOf(at === 0 ? OPCODES.text : OPCODES.more, Buffer.from([byte]), {
          fin: at === bytes.length - 1,
        }),
      )
    expect(await wire.answer(1)).toEqual({ ok: true })
    wire.close()
  })

  it('may have a ping between the parts of a message, and an overlong length', async () => {
    const wire = await come()
    const text = whole(house.roomId)
    wire.send(frameOf(OPCODES.text, text.slice(0, 9), { fin: false, length: 'sixty-four' }))
    wire.send(frameOf(OPCODES.ping, 'hello'))
    wire.send(frameOf(OPCODES.more, text.slice(9), { length: 'sixteen' }))
    expect(await wire.answer(1)).toEqual({ ok: true })
    wire.close()
  })

  it.each([
    ['without a mask', frameOf(OPCODES.text, '3', { masked: false })],
    ['with reserved bits', frameOf(OPCODES.text, '3', { reserved: 4 })],
    ['with an unknown opcode', frameOf(5, '3')],
    ['that continue no message', frameOf(OPCODES.more, '3')],
    ['that are half a ping', frameOf(OPCODES.ping, 'x', { fin: false })],
    ['that are a ping of 126 bytes', frameOf(OPCODES.ping, 'x'.repeat(126))],
    ['that are not UTF-8', frameOf(OPCODES.text, Buffer.from([0xff, 0xfe]))],
    ['that close with an invalid code', frameOf(OPCODES.close, Buffer.from([0, 1]))],
    ['of an impossible length', Buffer.from([0x81, 0xff, ...Buffer.alloc(8, 0xff)])],
    [
      'in endless parts',
      Buffer.concat([
        frameOf(OPCODES.text, '', { fin: false }),
        ...Array.from({ length: 20_000 }, () => frameOf(OPCODES.more, '', { fin: false })),
      ]),
    ],
    [
      'that are endless pings',
      Buffer.concat(Array.from({ length: 10_000 }, () => frameOf(OPCODES.ping, ''))),
    ],
    [
      'that are endless pongs',
      Buffer.concat(Array.from({ length: 10_000 }, () => frameOf(OPCODES.text, '3'))),
    ],
  ])('%s end the connection', async (_, bytes) => {
    const wire = await come()
    wire.send(bytes)
    await wire.untilEnded()
    await expectAlive()
  })

  it('that never complete cost nobody else anything', async () => {
    const wire = await come()
    wire.send(frameOf(OPCODES.text, '42', { length: 'lies' }))
    await expectAlive()
    wire.close()
  })
})

describe('storms', () => {
  it('of connects and disconnects on one connection end it', async () => {
    const wire = await RawWire.open({ port: house.server.port })
    for (let at = 0; at < 200; at++) wire.text(at % 2 ? '41' : '40{}')
    await wire.untilEnded()
    await expectAlive()
  })

  it('[R6] of simultaneous connects are admitted once at most', async () => {
    const wire = await RawWire.open({ port: house.server.port })
    const hello = `40${JSON.stringify({ token: house.bob.token, version: 1 })}`
    wire.send(Buffer.concat(Array.from({ length: 5 }, () => frameOf(OPCODES.text, hello))))
    const answers = () => wire.texts.filter((text) => /^4[04]/.test(text))
    await wire.until('five answers', () => wire.ended || answers().length === 5)
    expect(answers().filter((text) => text.startsWith('40')).length).toBeLessThan(2)
    wire.close()
    await expectAlive()
  })

  it('of connections broken off during a refusal harm nobody', async () => {
    const wires = Array.from({ length: 50 }, () =>
      RawWire.open({ port: house.server.port, path: '/elsewhere' }),
    )
    for (const wire of await Promise.all(wires)) wire.close()
    await expectAlive()
  })
})

describe('a socket URL', () => {
  it.each([
    ['no WebSocket', '/socket.io/?EIO=4&transport=websocket'],
    ['polling', '/socket.io/?EIO=4&transport=polling'],
    ['another version', '/socket.io/?EIO=3&transport=websocket'],
    ['nothing', '/socket.io/'],
    ['the client script', '/socket.io/socket.io.js'],
    ['an unknown session id', '/socket.io/?EIO=4&transport=websocket&sid=__proto__'],
  ])(
    'requested over plain HTTP with %s is answered with 400 and logs no error',
    async (_, path) => {
      const logged = house.server.stdout().length
      const response = await fetch(house.server.url + path)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'bad-request' } })
      expect(house.server.stdout().slice(logged)).not.toMatch(/"level":(40|50)|stack/)
    },
  )

  it.each([
    ['/socket.io/?EIO=4&transport=websocket&sid=x', '400'],
    ['/socket.io/?EIO=3&transport=websocket', '400'],
    ['/socket.io/?EIO=4&transport=polling', '400'],
    ['/socket.io/', '400'],
    ['/socket.io', '404'],
    ['/socket.io?EIO=4', '404'],
    ['//socket.io/', '404'],
    ['/api/models', '404'],
  ])('%s is refused as an upgrade with %s', async (path, status) => {
    const wire = await RawWire.open({ port: house.server.port, path })
    expect(wire.status).toContain(` ${status} `)
    wire.close()
  })
})
