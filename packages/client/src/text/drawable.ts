// A text as it is drawn. What is copied by its button, exported and compared is the text itself.

/** Marks on one letter; no script needs as many. A browser takes seconds for thousands. */
const TOO_MANY = /(\p{M}{8})\p{M}+/gu
/** Characters that turn the text around which follows them, until they are ended. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/
const ALL_TURNS = /[\u202a-\u202e\u2066-\u2069]/g
const [END_OF_EMBEDDING, END_OF_ISOLATE] = ['\u202c', '\u2069']

/** The text without the marks that are piled on a letter beyond eight. */
export function drawable(text: string): string {
  return /\p{M}{9}/u.test(text) ? text.replace(TOO_MANY, '$1') : text
}

/** What is drawn for a text, wherever it stands: it ends its own turns, so that what follows goes its own way. */
export function drawnText(text: string): string {
  const drawn = drawable(text)
  return TURNS.test(drawn) ? drawn.split('\n').map(ended).join('\n') : drawn
}

/** What is said of something: in one line, which nothing turns around. */
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
