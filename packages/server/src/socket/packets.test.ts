import { PacketType } from 'socket.io-parser'
import { describe, expect, it } from 'vitest'
import { checkingParser, OddPacket, SentCommand } from './packets.ts'

/** One connection: its decoded packets, and how often a packet ended it. */
function connection() {
  const seen = { packets: [] as unknown[], odd: 0 }
  const { Decoder } = checkingParser(() => (seen.odd += 1))
  const decoder = new Decoder()
  decoder.on('decoded', (packet: unknown) => seen.packets.push(packet))
  return { decoder, seen }
}

function decoded(packet: string) {
  const { decoder, seen } = connection()
  decoder.add(packet)
  expect(seen.odd).toBe(0)
  return seen.packets
}

const event = (sent: SentCommand, id?: number) => ({
  type: PacketType.EVENT,
  nsp: '/',
  data: ['command', sent],
  ...(id === undefined ? {} : { id }),
})

describe('a packet that a page sends', () => {
  it('is a command, and its first argument passes unchanged', () => {
    const packet = '2["command",{"type":"post"}]'
    expect(decoded(packet)).toEqual([event(new SentCommand({ type: 'post' }, packet.length))])
  })

  it('is a command with an acknowledgement id', () => {
    const packet = '217["command",{"n":1}]'
    expect(decoded(packet)).toEqual([event(new SentCommand({ n: 1 }, packet.length), 17)])
  })

  it('may have brackets and escaped quotation marks in its text', () => {
    const text = `${'[{'.repeat(100)} "and" \\ ${'}]'.repeat(100)}`
    const packet = `2${JSON.stringify(['command', { text }])}`
    expect(decoded(packet)).toEqual([event(new SentCommand({ text }, Buffer.byteLength(packet)))])
  })

  it('is a connect or a disconnect, and passes to Socket.IO', () => {
    expect(decoded('0{"token":"t"}')).toMatchObject([
      { type: PacketType.CONNECT, data: { token: 't' } },
    ])
    expect(decoded('1')).toMatchObject([{ type: PacketType.DISCONNECT }])
  })

  it('passes unparsed if the command is too large', () => {
    const packet = `23["command",{"text":"${'x'.repeat(512 * 1024)}"}]`
    const [packetSeen] = decoded(packet) as [{ data: [string, SentCommand]; id: number }]
    expect(packetSeen.id).toBe(3)
    expect(packetSeen.data[1]).toMatchObject({ input: undefined, isTooLarge: true })
  })
})

describe('a packet that no page sends', () => {
  it.each([
    ['binary', Buffer.from('2["command",{}]')],
    ['an attachment', '51-["command",{"_placeholder":true,"num":0}]'],
    ['an acknowledgement', '31[{}]'],
    ['a connect to another namespace', '0/admin,{}'],
    ['a command in another namespace', '2/admin,["command",{}]'],
    ['another event', '2["typing",{}]'],
    ['an event without a name', '2[]'],
    ['a third argument', '2["command",{},1,2]'],
    ['no JSON', '2["command",{]'],
    ['an object in place of the list', '2{"command":{}}'],
    ['an id of sixteen digits', '21234567890123456["command",{}]'],
    ['lists in lists', `2["command",${'['.repeat(20)}${']'.repeat(20)}]`],
    ['objects in the objects of a connect', `0${'{"a":'.repeat(20)}1${'}'.repeat(20)}`],
    ['a large connect', `0{"token":"${'t'.repeat(9000)}"}`],
    ['nothing', ''],
  ])('ends its connection: %s', (_, packet) => {
    const { decoder, seen } = connection()
    expect(() => decoder.add(packet)).toThrow(OddPacket)
    expect(seen).toEqual({ packets: [], odd: 1 })
  })

  it('may be the sixth connect of one connection', () => {
    const { decoder, seen } = connection()
    for (let time = 0; time < 5; time++) decoder.add('0')
    expect(() => decoder.add('0')).toThrow(OddPacket)
    expect(seen.packets).toHaveLength(5)
    connection().decoder.add('0')
  })
})
