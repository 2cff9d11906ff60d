// Whether a quoted passage is of the message that it names. Pure.
//
// A page quotes what it shows, or the Markdown behind it, so letters, digits and signs are compared and the marks between them are
// not. What stands in neither form, or was put together from several places, is not of that message.

/** Longest part of a link that is looked for, UTF-16 units; more is no link to us, so that odd text costs little. */
const LINK = /!?\[([^[\]\n]{0,500})\]\([^()\n]{0,500}\)/g
const MARKS = /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}]+/gu

/** @param text of the message, as it was written; linear in its length */
export function holdsPassage(text: string, passage: string): boolean {
  if (text.includes(passage.trim())) return true
  const wanted = withoutMarks(passage)
  if (wanted === '') return false
  return (
    withoutMarks(text).includes(wanted) || withoutMarks(text.replace(LINK, '$1')).includes(wanted)
  )
}

function withoutMarks(text: string): string {
  return text.replace(MARKS, '')
}
