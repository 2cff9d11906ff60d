// Checks every packet of a connection before Socket.IO spreads it into the arguments of a call: a list of tens of
// thousands of arguments overflows the stack there (`emitUntyped.apply` in socket.io 4.8.4), where nothing can catch
// it.
//
// Guarantees: only the one connect of a connection, its disconnect, and `command` events with their first argument,
// from
// JSON without deep nesting, leave this decoder. Any other packet ends the connection; no attachment, acknowledgement
// or
// other namespace passes.
// Left to others: the content of the command (answer-command.ts), and the rate of packets (gateway.ts).
import { Decoder, Encoder, PacketType } from 'socket.io-parser'

/** Largest command, bytes: a message at its limit, escaped. Larger ones are refused unparsed. */
export const MAX_COMMAND_BYTES = 512 * 1024
/**
 * Largest packet, bytes; the WebSocket itself closes beyond it (1009). A command between the two limits gets a refusal.
 */
export const MAX_PACKET_BYTES = 2 * MAX_COMMAND_BYTES
/** Largest packet other than a command: a connect with a token. */
const MAX_CONNECT_BYTES = 8 * 1024
/** Limit on handshakes per connection; a page makes one. */
const MOST_CONNECTS = 5
/** The command, and the value that some programs send in place of the acknowledgement. */
const MOST_ARGUMENTS = 2
/** A command nests no deeper than three: lists in objects. */
const MOST_DEPTH = 16

/** A connect, a disconnect, or an event with an acknowledgement id of at most 15 digits. */
const SHAPE = /^(?:0(?:$|\{)|1$|2(\d{0,15})\[)/

/** A command as received: the argument of every `command` event. */
export class SentCommand {
  /** Of any shape; undefined if the command is too large. */
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

/** A packet that no page sends; it ends its connection. */
export class OddPacket extends Error {
  constructor(why: string) {
    super(`odd packet: ${why}`)
    this.name = 'OddPacket'
  }
}

/**
 * The parser of a Socket.IO server (https://socket.io/docs/v4/custom-parser/): the usual encoder, and a checking
 * decoder.
 * @param onOdd called for each connection that ends because of a packet
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
    // ignored because: invalid JSON is refused like any other value that is no list
  }
  throw new OddPacket('no JSON list')
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map(
  (character) => character.charCodeAt(0),
)

/** Whether JSON nests deeper than any command, counting brackets outside of strings. */
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
