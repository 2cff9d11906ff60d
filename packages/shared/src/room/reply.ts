// The text of one growing reply: how deltas extend it and how its end cuts it.
// Positions are bytes. Text beyond a gap is not applied, so nothing is ever skipped.
import type { Kind, Mark, Reply } from '../protocol/room-state.ts'
import { byteLength, sliceBytes } from './bytes.ts'

/** The result of a delta: `applied`, already known (`ignored`), or beginning beyond the text so far (`gap`). */
export type Grown = { readonly result: 'applied' | 'ignored' | 'gap'; readonly reply: Reply }

/**
 * Adds a run of text that begins at byte `at` to a reply of `have` bytes. A run that ends at or before `have` is ignored;
 * one that overlaps loses its first `have - at` bytes; one that begins after `have` is a gap and is not applied.
 */
export function growReply(reply: Reply, at: number, text: string, mark?: Kind): Grown {
  const have = reply.end
  if (at > have) return { result: 'gap', reply }
  const end = at + byteLength(text)
  if (end <= have && at < have) return { result: 'ignored', reply }
  // Text carries its own mark if another kind begins with it, so a mark that has no bytes yet was only a hint.
  const known = text === '' ? reply.marks : cutMarks(reply.marks, have)
  const marks = at === have && mark !== undefined ? addMark(known, mark, at) : known
  if (end === have && marks === reply.marks) return { result: 'ignored', reply }
  const fresh = at === have ? text : sliceBytes(text, have - at)
  return { result: 'applied', reply: { ...reply, text: reply.text + fresh, end, marks } }
}

/**
 * Adds a mark. A mark without bytes (silent thinking) is replaced by the next one at the same position, so that
 * a reader who missed it ends up with the same marks.
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

/** Cuts a reply to its final length; a shorter reply keeps its text. */
export function cutReply(reply: Reply, end: number): Reply {
  const marks = cutMarks(reply.marks, end)
  if (reply.end <= end) return { ...reply, marks }
  return { ...reply, text: sliceBytes(reply.text, 0, end), end, marks }
}

/** The non-empty parts of a reply, by kind and in order. Bytes before the first mark are `text`. */
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

/** The answer in a reply, without the thinking. */
export function answerText(reply: Pick<Reply, 'text' | 'end' | 'marks'>): string {
  return partsOf(reply)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('')
}
