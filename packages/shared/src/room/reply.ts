// The text of one reply as it grows: what a delta does to it, and what its end does.
// Positions are bytes. Nothing is ever skipped: text beyond a gap is not applied.
import type { Kind, Mark, Reply } from '../protocol/room-state.ts'
import { byteLength, sliceBytes } from './bytes.ts'

/** What became of a delta: `applied`, known already (`ignored`), or it begins beyond what is here (`gap`). */
export type Grown = { readonly result: 'applied' | 'ignored' | 'gap'; readonly reply: Reply }

/**
 * Adds a run of text that begins at byte `at`. With `have` bytes here: it ends at or before `have`: ignored;
 * it overlaps: the first `have - at` bytes are dropped; it begins after `have`: a gap, nothing is applied.
 */
export function growReply(reply: Reply, at: number, text: string, mark?: Kind): Grown {
  const have = reply.end
  if (at > have) return { result: 'gap', reply }
  const end = at + byteLength(text)
  if (end <= have && at < have) return { result: 'ignored', reply }
  // Text says itself whether another kind begins with it; a mark here that has no bytes yet was a hint.
  const known = text === '' ? reply.marks : cutMarks(reply.marks, have)
  const marks = at === have && mark !== undefined ? addMark(known, mark, at) : known
  if (end === have && marks === reply.marks) return { result: 'ignored', reply }
  const fresh = at === have ? text : sliceBytes(text, have - at)
  return { result: 'applied', reply: { ...reply, text: reply.text + fresh, end, marks } }
}

/**
 * Adds a mark. One without bytes (silent thinking) gives way to the next at the same position, so that
 * a reader who missed it ends with the same marks.
 */
export function addMark(marks: readonly Mark[], kind: Kind, from: number): readonly Mark[] {
  if (marks.at(-1)?.kind === kind) return marks
  const kept = marks.filter((mark) => mark.from < from)
  return kept.at(-1)?.kind === kind ? kept : [...kept, { kind, from }]
}

/** The marks of a reply that is cut at byte `end`. */
function cutMarks(marks: readonly Mark[], end: number): Mark[] {
  return marks.filter((mark) => mark.from < end)
}

/** Cuts a reply to its final length; a reply that is shorter stays as it is. */
export function cutReply(reply: Reply, end: number): Reply {
  const marks = cutMarks(reply.marks, end)
  if (reply.end <= end) return { ...reply, marks }
  return { ...reply, text: sliceBytes(reply.text, 0, end), end, marks }
}

/** The parts of a reply by kind, in order, without empty ones. What comes before the first mark is text. */
export function partsOf(
  reply: Pick<Reply, 'text' | 'end' | 'marks'>,
): { readonly kind: Kind; readonly text: string }[] {
  const [first] = reply.marks
  const marks: readonly Mark[] =
    first?.from === 0 ? reply.marks : [{ kind: 'text', from: 0 }, ...reply.marks]
  if (marks.length === 1)
    return reply.text === '' ? [] : [{ kind: marks[0]?.kind ?? 'text', text: reply.text }]
  return marks
    .map((mark, index) => ({
      kind: mark.kind,
      text: sliceBytes(reply.text, mark.from, marks[index + 1]?.from ?? reply.end),
    }))
    .filter((part) => part.text !== '')
}

/** What Claude wrote in a reply, without its thinking. */
export function answerText(reply: Pick<Reply, 'text' | 'end' | 'marks'>): string {
  return partsOf(reply)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('')
}
