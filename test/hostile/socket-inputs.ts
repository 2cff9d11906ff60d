// Input over a WebSocket from a fuzzer that varies counts, depth, repetition and framing, not only content.
import { commandSchemas } from '@roomcast/shared/protocol'
import type { Chance } from '../doubles/chance.ts'
import { frameOf, OPCODES } from './raw-wire.ts'

/** The target of the fuzzer, and the member it poses as. */
export interface Aim {
  readonly roomId: string
  readonly id: string
}

export interface SocketInput {
  readonly bytes: Buffer
  /** Whether the next input may be taken as part of this one and never be answered. */
  readonly isOpen: boolean
  /** The id for the acknowledgement, and the command as sent; null if there is none. */
  readonly asks: { readonly id: number; readonly command: unknown } | null
}

/** One input, with a small number for its acknowledgement. */
export function socketInput(chance: Chance, aim: Aim, id: number): SocketInput {
  const kind = chance.below(10)
  if (kind < 4) {
    const command = oddCommand(chance, aim)
    const text = `42${id}${JSON.stringify(['command', command])}`
    return { bytes: framed(chance, text), isOpen: false, asks: { id, command } }
  }
  const text = kind < 8 ? oddPacket(chance, aim, id) : bytesOf(chance)
  const isOpen = kind === 9
  return { bytes: isOpen ? oddFrame(chance, text) : framed(chance, text), isOpen, asks: null }
}

const COUNTS = [0, 1, 2, 3, 50, 51, 1000, 20_000, 70_000] as const
const DEPTHS = [1, 15, 17, 100, 1000] as const
const count = (chance: Chance) => (chance.below(6) === 0 ? chance.pick(COUNTS) : chance.below(60))

/** A value of any type, size and depth. */
function oddValue(chance: Chance, depth = 0): unknown {
  switch (chance.below(depth > 3 ? 8 : 12)) {
    case 0:
      return null
    case 1:
      return chance.pick([0, -0, -1, 1e300, Number.MAX_SAFE_INTEGER, 0.1, -1e-300])
    case 2:
      return chance.below(2) === 0
    case 3:
      return ''
    case 4:
      return chance
        .pick(['\u0000', '\ud800', '\u202e', '\ufdfa', '👩‍🚀', '\u0301'])
        .repeat(count(chance))
    case 5:
      return chance.pick(['__proto__', 'constructor', 'toString', '../room', 'none', '{}', '%00'])
    case 6:
      return 'x'.repeat(chance.pick([1, 64, 65, 300, 66_000]))
    case 7:
      return chance.pick(Object.keys(commandSchemas))
    case 8:
      return nested(chance)
    case 9:
      return Array.from({ length: count(chance) }, () => 'id')
    case 10:
      return Array.from({ length: chance.below(5) }, () => oddValue(chance, depth + 1))
    default:
      return Object.fromEntries(
        Array.from({ length: chance.below(9) }, (_, at) => [
          chance.pick(['type', 'roomId', 'text', '__proto__', `k${at}`]),
          oddValue(chance, depth + 1),
        ]),
      )
  }
}

function nested(chance: Chance): unknown {
  let value: unknown = 1
  const isList = chance.below(2) === 0
  for (let depth = chance.pick(DEPTHS); depth > 0; depth--) value = isList ? [value] : { a: value }
  return value
}

const FIELDS = [
  ...['commandId', 'roomId', 'text', 'ask', 'quote', 'mentions', 'model', 'since', 'messageId'],
  ...['generationId', 'reason', 'title', 'instructions', 'memberId', 'look', 'inviters'],
] as const

/** A command that usually has a fault. */
export function oddCommand(chance: Chance, { roomId, id }: Aim): unknown {
  if (chance.below(12) === 0) return oddValue(chance)
  const command: Record<string, unknown> = {
    type: chance.below(8) === 0 ? oddValue(chance) : chance.pick(Object.keys(commandSchemas)),
    commandId: id,
    roomId: chance.below(8) === 0 ? oddValue(chance) : roomId,
  }
  for (let more = chance.below(6); more > 0; more--) command[chance.pick(FIELDS)] = oddValue(chance)
  return command
}

/** A Socket.IO or Engine.IO packet that no page sends. */
function oddPacket(chance: Chance, { roomId }: Aim, id: number): string {
  const typing = `{"type":"typing","commandId":"c","roomId":"${roomId}"}`
  const list = (length: number, item = '0') => Array.from({ length }, () => item).join(',')
  const engine = chance.pick(['4', '4', '4', '4', '', '0', '1', '2', '5', '6', '9', 'b', '\u001e4'])
  const type = chance.pick([
    '0',
    '1',
    '2',
    '2',
    '2',
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
    '-',
    '',
    '51-',
    '510-',
  ])
  const space = chance.pick(['', '', '', '', '/,', '/admin,', `/${'x'.repeat(count(chance))},`])
  const number = chance.pick(['', `${id}`, '9'.repeat(1 + chance.below(400)), '-1', '1e9', '00'])
  const name = chance.pick([
    '"command"',
    '"command"',
    '"error"',
    '"disconnect"',
    '"__proto__"',
    '7',
    'null',
  ])
  const data = chance.pick([
    `[${name},${typing}${',0'.repeat(count(chance))}]`,
    `[${name}${chance.below(2) ? ',' : ''}]`,
    `[${name},${'['.repeat(count(chance))}${']'.repeat(count(chance))}]`,
    `[${name},{${list(count(chance), '"type":"post"')}}]`,
    `{"token":${list(1 + chance.below(3), '"x"')}}`,
    '[',
    '',
    `[${list(count(chance))}]`,
  ])
  return `${engine}${type}${space}${number}${data}`
}

function bytesOf(chance: Chance): string {
  return Array.from({ length: chance.below(200) }, () =>
    String.fromCharCode(chance.below(256)),
  ).join('')
}

/** A whole message in a random number of frames, perhaps with pings between. */
function framed(chance: Chance, text: string): Buffer {
  const data = Buffer.from(text)
  const parts = chance.below(4) === 0 ? 1 + chance.below(chance.pick([3, 30, 300])) : 1
  const size = Math.max(1, Math.ceil(data.length / parts))
  const frames: Buffer[] = []
  for (let at = 0; at < Math.max(1, data.length); at += size) {
    const isLast = at + size >= data.length
    const shape = {
      fin: isLast,
      length: chance.pick(['shortest', 'sixteen', 'sixty-four'] as const),
    }
    frames.push(
      frameOf(at === 0 ? OPCODES.text : OPCODES.more, data.subarray(at, at + size), shape),
    )
    if (!isLast && chance.below(20) === 0) frames.push(frameOf(OPCODES.ping, 'p'))
  }
  return Buffer.concat(frames)
}

/** A frame that violates the WebSocket protocol. */
function oddFrame(chance: Chance, text: string): Buffer {
  const shape = {
    fin: chance.below(2) === 0,
    masked: chance.below(4) !== 0,
    length: chance.pick(['shortest', 'sixteen', 'sixty-four', 'lies'] as const),
    reserved: chance.pick([0, 0, 1, 4, 7]),
  }
  const frame = frameOf(chance.below(16), text, shape)
  const repeated = Array.from({ length: 1 + chance.below(chance.pick([1, 5, 100])) }, () => frame)
  const all = Buffer.concat(repeated)
  return chance.below(4) === 0 ? all.subarray(0, chance.below(all.length + 1)) : all
}
