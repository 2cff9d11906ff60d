// The form in which a text is drawn. Copy buttons, exports and comparisons use the original text.

/** More than eight combining marks on one letter: no script needs as many, and thousands take a browser seconds. */
const TOO_MANY = /(\p{M}{8})\p{M}+/gu
/** Characters that change the direction of the text after them until they are closed. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/
const ALL_TURNS = /[\u202a-\u202e\u2066-\u2069]/g
const [END_OF_EMBEDDING, END_OF_ISOLATE] = ['\u202c', '\u2069']

/** The text with at most eight combining marks on each letter. */
export function drawable(text: string): string {
  return /\p{M}{9}/u.test(text) ? text.replace(TOO_MANY, '$1') : text
}

/** The text as drawn in an element. It closes its own direction changes, so that the following text keeps its direction. */
export function drawnText(text: string): string {
  const drawn = drawable(text)
  return TURNS.test(drawn) ? drawn.split('\n').map(ended).join('\n') : drawn
}

/** The text for a title or label, without any direction changes. */
export function drawnAttribute(text: string): string {
  const drawn = drawable(text)
  return TURNS.test(drawn) ? drawn.replace(ALL_TURNS, '') : drawn
}

function ended(line: string): string {
  const open: string[] = []
  for (const [turn] of line.matchAll(ALL_TURNS)) {
    if (turn === END_OF_EMBEDDING || turn === END_OF_ISOLATE) {
      if (open.at(-1) === turn) open.pop()
    } else open.push(turn < '\u2066' ? END_OF_EMBEDDING : END_OF_ISOLATE)
  }
  return line + open.toReversed().join('')
}
