// Parses the frames that the scripts publish on the channel of a room (prelude.lua).
//
//   e<epoch>\n<JSON array of entries>      d<number> <at> <kind or nothing>\n<text>      x<epoch>
import type { Delta, Entries, Entry, Kind } from '@roomcast/shared/protocol'

/** A room was deleted. A room created again under its id has another epoch. */
interface DeletedFrame {
  readonly type: 'deleted'
  readonly epoch: string
}

/** @throws Error for a frame that none of our scripts published */
export function parseFrame(frame: string): Entries | Delta | DeletedFrame {
  const head = frame.slice(1, frame.includes('\n') ? frame.indexOf('\n') : undefined)
  const body = frame.slice(head.length + 2)
  switch (frame[0]) {
    case 'e':
      return { type: 'entries', epoch: head, entries: JSON.parse(body) as Entry[] }
    case 'd':
      return parseDelta(head, body)
    case 'x':
      return { type: 'deleted', epoch: head }
    default:
      throw new Error(`not a frame of a room: ${frame.slice(0, 20)}`)
  }
}

function parseDelta(head: string, text: string): Delta {
  const parts = /^(\d+) (\d+) (thinking|text)?$/.exec(head)
  if (!parts) throw new Error(`not a delta: ${head}`)
  const [number, at, kind] = [Number(parts[1]), Number(parts[2]), parts[3] as Kind | undefined]
  return kind === undefined ? [number, at, text] : [number, at, text, kind]
}
