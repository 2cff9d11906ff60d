// A short sound history, which the tests of the checker spoil.
import { createHash } from 'node:crypto'
import type { Command, Entry } from '@roomcast/shared/protocol'
import type { Event, Line } from './history.ts'

export type Own<T> = T extends readonly (infer One)[]
  ? Own<One>[]
  : { -readonly [Key in keyof T]: T[Key] }

/** Sound evidence that may be spoilt: all of it belongs to the caller. */
export interface OwnEvidence {
  roomId: string
  epoch: string
  histories: { name: string; roomId: string; lines: Line[]; stays: boolean }[]
  entries: Own<Entry>[]
  runs: { number: number; at: number; text: string; marks: [] }[]
  written: { text: string; stopped: boolean }[]
  lossy: { from: number; to: number }[]
}

export const HOW = { outcome: 'cancelled', by: 'bob', error: undefined } as const
export const cancel = {
  type: 'cancel',
  commandId: 'c2',
  roomId: 'room',
  generationId: 'g1',
} as const
const post: Command = { type: 'post', commandId: 'c1', roomId: 'room', text: 'Why?', ask: true }
const refused: Command = { ...post, commandId: 'c3', text: 'How?' }
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Alice asks, bob stops the answer after "One stone", another is complete; carol joined at the end. */
export function sound(): OwnEvidence {
  const lines = (...events: Event[]): Line[] =>
    events.map((event, index) => ({ at: 1000 * index, ...event }))
  const stands = (offset: number, whole = false): Event => ({
    kind: 'stands',
    epoch: 'first',
    offset,
    whole,
  })
  const text = (number: number, from: number, words: string): Event => ({
    kind: 'text',
    generationId: `g${number}`,
    number,
    from,
    text: words,
  })
  const ended = (
    number: number,
    end: number,
    how: Extract<Event, { kind: 'ended' }>['how'],
  ): Event => ({
    kind: 'ended',
    generationId: `g${number}`,
    number,
    end,
    how,
  })
  const whole = { outcome: 'completed', by: undefined, error: undefined } as const
  const said: Event = { kind: 'said', messageId: 'm1', by: 'alice', text: 'Why?' }
  const end = (number: number, offset: number, words: string) => ({
    type: 'generation-ended' as const,
    offset,
    at: offset,
    generationId: `g${number}`,
    number,
    end: words.length,
    digest: sha256(words),
    held: false,
  })
  const start = (number: number, offset: number) => ({
    type: 'generation-started' as const,
    offset,
    at: offset,
    generationId: `g${number}`,
    number,
    mode: 'answer' as const,
    messageId: 'm1',
    by: 'alice',
    model: 'claude',
  })
  return {
    roomId: 'room',
    epoch: 'first',
    entries: [
      {
        type: 'message-posted',
        offset: 1,
        at: 1,
        messageId: 'm1',
        by: 'alice',
        text: 'Why?',
        ask: true,
      },
      start(1, 2),
      { ...end(1, 3, 'One stone'), outcome: 'cancelled', by: 'bob' },
      start(2, 4),
      { ...end(2, 5, 'Two words'), outcome: 'completed' },
    ],
    runs: [
      { number: 1, at: 0, text: 'One stone', marks: [] },
      { number: 2, at: 0, text: 'Two words', marks: [] },
    ],
    written: [
      { text: 'One stone after the other', stopped: false },
      { text: 'Two words', stopped: true },
    ],
    lossy: [],
    histories: [
      {
        name: 'alice',
        roomId: 'room',
        stays: true,
        lines: lines(
          { kind: 'replaced', epoch: 'first' },
          stands(0, true),
          said,
          stands(1),
          { kind: 'answered', by: 'alice', command: post, result: { ok: true, messageId: 'm1' } },
          stands(2),
          text(1, 0, 'One '),
          text(1, 4, 'stone'),
          ended(1, 9, HOW),
          stands(3),
          {
            kind: 'answered',
            by: 'bob',
            command: cancel,
            result: { ok: true, outcome: 'cancelled', end: 9 },
          },
          {
            kind: 'answered',
            by: 'alice',
            command: refused,
            result: { ok: false, error: { code: 'queue-full', message: 'No.', retryable: true } },
          },
          stands(4),
          text(2, 0, 'Two words'),
          ended(2, 9, whole),
          stands(5),
        ),
      },
      {
        name: 'carol',
        roomId: 'room',
        stays: true,
        lines: lines(
          { kind: 'replaced', epoch: 'first' },
          said,
          text(1, 0, 'One stone'),
          ended(1, 9, HOW),
          text(2, 0, 'Two words'),
          ended(2, 9, whole),
          stands(5, true),
        ),
      },
    ],
  }
}
