// The look at every packet of a connection before Socket.IO spreads it into the arguments of a call: a list of tens of thousands of
// arguments overflows the stack there (`emitUntyped.apply` in socket.io 4.8.4), outside of anything that could catch it.
//
// Guarantees: what leaves here is the one connect of a connection, its disconnect, or one `command` with its first argument, of JSON
// that is not nested deeply. Everything else ends the connection; no attachment, acknowledgement or other namespace comes through.
// Leaves to others: what the command says (answer-command.ts), and how many packets may come (gateway.ts).
import { Decoder, Encoder, PacketType } from 'socket.io-parser'

/** Largest command, bytes: a message at its limit, escaped. Larger ones are refused unread. */
export const MAX_COMMAND_BYTES = 512 * 1024
/** Largest packet, bytes; the WebSocket itself ends at larger ones (1009). In between a command is refused with an answer. */
export const MAX_PACKET_BYTES = 2 * MAX_COMMAND_BYTES
/** Largest packet that is no command: a connect with a token. */
const MAX_CONNECT_BYTES = 8 * 1024
/** Handshakes on one connection; a page makes one. */
const MOST_CONNECTS = 5
/** The command, and what some programs send in the place of the acknowledgement. */
const MOST_ARGUMENTS = 2
/** A command has lists in objects, and nothing deeper than three. */
const MOST_DEPTH = 16

/** A connect, a disconnect, or an event with at most 15 digits of the id to answer under. */
const SHAPE = /^(?:0(?:$|\{)|1$|2(\d{0,15})\[)/

/** A command as it came: the argument of every `command` event. */
export class SentCommand {
  /** Of any shape; undefined where it is too large. */
  readonly input: unknown
  readonly bytes: number

  constructor(input: unknown, bytes: number) {
    this.input = input
    this.bytes = bytes
  }

  get isTooLarge(): boolean {
    return this.bytes > MAX_COMMAND_BYTES
  }
}

/** A packet that no page sends; its connection is ended. */
export class OddPacket extends Error {
  constructor(why: string) {
    super(`odd packet: ${why}`)
    this.name = 'OddPacket'
  }
}

/**
 * The parser of a Socket.IO server (https://socket.io/docs/v4/custom-parser/): the usual encoder, and a decoder that looks first.
 * @param onOdd hears of each connection that is ended for its packet
 */
export function checkingParser(onOdd: () => void): {
  Encoder: typeof Encoder
  Decoder: typeof Decoder
} {
  class LookingDecoder extends Decoder {
    #connects = 0

    /** @throws OddPacket; Socket.IO then closes the connection */
    override add(data: unknown): void {
      try {
        if (typeof data !== 'string') throw new OddPacket('binary')
        this.#look(data)
      } catch (error) {
        onOdd()
        throw error
      }
    }

    #look(data: string): void {
      const shape = SHAPE.exec(data)
      if (!shape) throw new OddPacket('no connect, disconnect or command')
      if (!data.startsWith('2')) return this.#connect(data)
      const bytes = Buffer.byteLength(data)
      const [head, id = ''] = shape
      const sent =
        bytes > MAX_COMMAND_BYTES
          ? new SentCommand(undefined, bytes)
          : new SentCommand(inputOf(data.slice(head.length - 1)), bytes)
      this.emitReserved('decoded', {
        type: PacketType.EVENT,
        nsp: '/',
        data: ['command', sent],
        ...(id === '' ? {} : { id: Number(id) }),
      })
    }

    #connect(data: string): void {
      if (data.length > MAX_CONNECT_BYTES) throw new OddPacket('a large connect')
      if (data.startsWith('0') && ++this.#connects > MOST_CONNECTS) throw new OddPacket('connects')
      if (isDeep(data)) throw new OddPacket('depth')
      super.add(data)
    }
  }
  return { Encoder, Decoder: LookingDecoder }
}

/** The first argument of an event named `command`. @throws OddPacket for every other list */
function inputOf(json: string): unknown {
  if (isDeep(json)) throw new OddPacket('depth')
  const list = listOf(json)
  if (list[0] !== 'command') throw new OddPacket('no command')
  if (list.length - 1 > MOST_ARGUMENTS) throw new OddPacket('too many arguments')
  return list[1]
}

function listOf(json: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(json)
    if (Array.isArray(list)) return list
  } catch {
    // ignored because: it is no list either
  }
  throw new OddPacket('no JSON list')
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map(
  (character) => character.charCodeAt(0),
)

/** Whether JSON nests more deeply than any command, by its brackets outside of text. */
function isDeep(json: string): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at)
    if (inText) {
      if (unit === BACKSLASH) at++
      else if (unit === QUOTE) inText = false
    } else if (unit === QUOTE) inText = true
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      if (++depth > MOST_DEPTH) return true
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) depth--
  }
  return false
}
