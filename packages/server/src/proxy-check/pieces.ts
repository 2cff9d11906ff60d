// The format that both ends of the check share: a short event stream, written bit by bit, at an address that every
// proxy
// must treat like the event stream of a room.
import * as v from 'valibot'

/** Never the id of a room, which is made of 16 random bytes. */
export const PROXY_CHECK_ROOM = 'proxy-check'
export const PIECES = 4
/** The pause between two pieces, ms. */
export const GAP_MS = 250

const pieceSchema = v.object({
  /** Identifies Roomcast. */
  roomcast: v.literal(PROXY_CHECK_ROOM),
  /** Sent back from the request, so that a cached response is noticed. */
  nonce: v.string(),
  number: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PIECES)),
  /** When it was written, relative to the first piece, ms by the clock of the server. */
  after: v.pipe(v.number(), v.minValue(0)),
})
export type Piece = Readonly<Omit<v.InferOutput<typeof pieceSchema>, 'roomcast'>>

const nonceSchema = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))

/** The nonce of a request; empty if it has none that may be sent back. */
export function nonceFrom(input: unknown): string {
  const parsed = v.safeParse(nonceSchema, input)
  return parsed.success ? parsed.output : ''
}

/** A piece as an event. */
export function eventOf(piece: Piece): string {
  const data = { roomcast: PROXY_CHECK_ROOM, ...piece }
  return `event: ${PROXY_CHECK_ROOM}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Parses one event, without the empty line at its end; null for anything else. */
export function pieceFrom(event: string): Piece | null {
  const data = /^data: (.*)$/m.exec(event)?.[1]
  if (data === undefined) return null
  try {
    const parsed = v.safeParse(pieceSchema, JSON.parse(data))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}
