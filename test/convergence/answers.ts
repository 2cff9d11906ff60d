// Random answers of Claude: every kind of text that has ever broken a cut, in chunks cut anywhere, with hidden and
// visible thinking, and with every way to break off.
import { ClaudeFailure, type FailureCode } from '@roomcast/server/generation/claude.ts'
import type { Chance } from '../doubles/chance.ts'
import type { Asked, Move } from '../doubles/scripted-claude.ts'

const PIECES = [
  'plain words ',
  'a line\n',
  'CRLF\r\n',
  'NUL\u0000',
  '\ufeff',
  'e\u0301',
  '\u2028',
  '𝄞',
  '🎉',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  'שלום ',
  'مرحبا ',
  '日本語',
  '한국어 ',
  '```ts\n',
  '\u200f',
  '\udc00',
  '&lt;',
  '\\',
] as const

/** A hanging answer: longer than any limit of a test. */
const FOREVER_MS = 10_000_000

export function someText(chance: Chance, pieces: number): string {
  return Array.from({ length: pieces }, () => chance.pick(PIECES)).join('')
}

/** One answer, for `ScriptedClaude`; `slow`: it sometimes pauses for longer. */
export function someAnswer(chance: Chance, asked: Asked): Move[] {
  const fate = chance.below(20)
  const before: Move = { wait: chance.below(900), then: accepted(asked.number) }
  if (fate === 0) return [{ ...before, wait: FOREVER_MS }]
  if (fate <= 2) return [{ wait: chance.below(900), then: failure('overloaded', true) }]
  if (fate === 3) return [{ wait: chance.below(400), then: failure('invalid-request', false) }]
  const moves = [before, ...thinking(chance), ...talk(chance, asked.number)]
  const pause = chance.below(5) === 0 ? chance.below(3000) : chance.below(150)
  switch (fate) {
    case 4:
      return [...cutShort(moves, chance), { wait: FOREVER_MS, then: stopped('end_turn') }]
    case 5:
    case 6:
      return [...cutShort(moves, chance), { wait: pause, then: failure('connection', true) }]
    case 7:
      return [...cutShort(moves, chance), { wait: pause, then: failure('truncated', true) }]
    case 8:
      return [...moves, { wait: pause, then: stopped('max_tokens') }]
    default:
      return [...moves, { wait: pause, then: stopped('end_turn') }]
  }
}

function thinking(chance: Chance): Move[] {
  const begun: Move = { wait: chance.below(300), then: { type: 'begun', kind: 'thinking' } }
  switch (chance.below(4)) {
    case 0:
      return [begun]
    case 1:
      return [begun, ...chunks(chance, someText(chance, chance.below(6)), 'thinking')]
    default:
      return []
  }
}

/** Begins with the number of the answer, so that every text is unique. */
function talk(chance: Chance, number: number): Move[] {
  const text = `#${number}| ${someText(chance, chance.below(60))}`
  return [
    { wait: chance.below(300), then: { type: 'begun', kind: 'text' } },
    ...chunks(chance, text, 'text'),
  ]
}

function chunks(chance: Chance, text: string, kind: 'thinking' | 'text'): Move[] {
  const moves: Move[] = []
  for (let from = 0; from < text.length;) {
    const to = from + 1 + chance.below(12)
    const wait = chance.below(30) === 0 ? chance.below(2500) : chance.below(90)
    moves.push({ wait, then: { type: 'text', kind, text: text.slice(from, to) } })
    from = to
  }
  return moves
}

function cutShort(moves: readonly Move[], chance: Chance): readonly Move[] {
  return moves.slice(0, 1 + chance.below(moves.length))
}

function accepted(number: number): Move['then'] {
  return { type: 'accepted', requestId: `request-${number}`, inputTokens: 10 }
}

function stopped(stop: string): Move['then'] {
  return { type: 'stopped', stop, inputTokens: 10, outputTokens: 20 }
}

function failure(code: FailureCode, retryable: boolean): ClaudeFailure {
  return new ClaudeFailure(code, { retryable })
}
