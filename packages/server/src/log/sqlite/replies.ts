// The text of replies: one append-only string of bytes per generation, stored in pieces while it grows
// and in one piece once it has ended.
import type {
  Delta,
  GenerationEnded,
  GenerationId,
  Kind,
  Mark,
  RoomId,
  Run,
} from '@roomcast/shared/protocol'
import { addMark, byteLength } from '@roomcast/shared/room'
import type { Database } from './database.ts'

export interface GenerationRow {
  readonly number: number
  readonly generation_id: GenerationId
  readonly message_id: string
  readonly fence: number
  readonly reply_end: number
  readonly marks: string
  readonly ended: string | null
}

/**
 * The end of the reply after the text was added, with the delta for followers (null if the text was already there); or a
 * refusal because the text does not connect.
 */
export type Grown =
  | { readonly ok: true; readonly end: number; readonly delta: Delta | null }
  | { readonly ok: false; readonly end: number }

export class Replies {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  byId(roomId: RoomId, generationId: GenerationId): GenerationRow | undefined {
    return this.#database.get<GenerationRow>(
      'SELECT * FROM generations WHERE room_id = ? AND generation_id = ?',
      roomId,
      generationId,
    )
  }

  byNumber(roomId: RoomId, number: number): GenerationRow | undefined {
    return this.#database.get<GenerationRow>(
      'SELECT * FROM generations WHERE room_id = ? AND number = ?',
      roomId,
      number,
    )
  }

  begin(
    roomId: RoomId,
    generation: { number: number; generationId: string; messageId: string; fence: number },
  ): void {
    this.#database.run(
      `INSERT INTO generations (room_id, number, generation_id, message_id, fence, reply_end, marks)
       VALUES (?, ?, ?, ?, ?, 0, '[]')`,
      roomId,
      generation.number,
      generation.generationId,
      generation.messageId,
      generation.fence,
    )
  }

  /** Adds text at byte `at`. Bytes that are already there are accepted; any other text that does not connect is not. */
  grow(roomId: RoomId, row: GenerationRow, at: number, text: string, mark?: Kind): Grown {
    const end = at + byteLength(text)
    if (at !== row.reply_end) {
      const repeated = end <= row.reply_end && text === this.#text(roomId, row.number, at, end)
      return repeated
        ? { ok: true, end: row.reply_end, delta: null }
        : { ok: false, end: row.reply_end }
    }
    const marks = JSON.parse(row.marks) as Mark[]
    const after = mark === undefined ? marks : addMark(marks, mark, at)
    if (text === '' && after === marks) return { ok: true, end, delta: null }
    if (text !== '')
      this.#database.run(
        'INSERT INTO chunks (room_id, number, start, bytes) VALUES (?, ?, ?, ?)',
        roomId,
        row.number,
        at,
        Buffer.from(text),
      )
    this.#database.run(
      'UPDATE generations SET reply_end = ?, marks = ? WHERE room_id = ? AND number = ?',
      end,
      JSON.stringify(after),
      roomId,
      row.number,
    )
    // The first text after a mark without bytes carries the mark again: no position would show that it was lost.
    const begins = after.findLast((candidate) => candidate.from === at)?.kind
    const { number } = row
    return { ok: true, end, delta: begins ? [number, at, text, begins] : [number, at, text] }
  }

  /** The whole text so far, with its marks. */
  read(roomId: RoomId, row: GenerationRow): Run {
    return {
      number: row.number,
      at: 0,
      text: this.#text(roomId, row.number, 0, row.reply_end),
      marks: JSON.parse(row.marks) as Mark[],
    }
  }

  /** Closes a reply: stores its end, and `text` as one piece; null leaves the text in its pieces. */
  close(roomId: RoomId, row: GenerationRow, text: string | null, ended: GenerationEnded): void {
    this.#database.run(
      'UPDATE generations SET ended = ? WHERE room_id = ? AND number = ?',
      JSON.stringify(ended),
      roomId,
      row.number,
    )
    if (text === null) return
    this.#database.run('DELETE FROM chunks WHERE room_id = ? AND number = ?', roomId, row.number)
    if (text !== '')
      this.#database.run(
        'INSERT INTO chunks (room_id, number, start, bytes) VALUES (?, ?, 0, ?)',
        roomId,
        row.number,
        Buffer.from(text),
      )
  }

  #text(roomId: RoomId, number: number, from: number, to: number): string {
    const chunks = this.#database.all<{ start: number; bytes: Uint8Array }>(
      'SELECT start, bytes FROM chunks WHERE room_id = ? AND number = ? ORDER BY start',
      roomId,
      number,
    )
    return Buffer.concat(chunks.map(({ bytes }) => bytes))
      .subarray(from, to)
      .toString('utf8')
  }
}

/** Why a caller with this fence may not write; null: it may. */
export function refuseOwner(
  row: GenerationRow,
  fence: number | undefined,
):
  | { ok: false; refused: 'ended'; ended: GenerationEnded }
  | { ok: false; refused: 'fenced' }
  | null {
  if (row.ended !== null)
    return { ok: false, refused: 'ended', ended: JSON.parse(row.ended) as GenerationEnded }
  return fence !== undefined && fence !== row.fence ? { ok: false, refused: 'fenced' } : null
}
