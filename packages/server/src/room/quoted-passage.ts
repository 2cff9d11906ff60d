// Whether a quoted passage comes from the message that it names. Pure.
//
// A page quotes either rendered text or the Markdown behind it, so the comparison covers letters, digits and emoji and
// ignores punctuation and markup. A passage that is in neither form, or joins distant places, does not come from it.

/** The longest link parts that are recognized, UTF-16 units; the bound keeps odd text cheap. */
const LINK = /!?\[([^[\]\n]{0,500})\]\([^()\n]{0,500}\)/g
const MARKS = /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}]+/gu

/** @param text the text of the message as written; the check is linear in its length */
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
