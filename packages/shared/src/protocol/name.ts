// What may stand in a name or title. Text that comes from people may hold halves of surrogate pairs, which
// Claude's API refuses with the whole request, and characters that nobody sees, by which names look the same.

const EMOJI = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?`
/** Emoji keep the joiners and selectors that hold them together; anywhere else those are invisible. */
const EMOJI_OR_INVISIBLE = new RegExp(
  String.raw`(${EMOJI}(?:\u200D${EMOJI})*|[0-9#*]\uFE0F\u20E3)|[\p{C}\p{Default_Ignorable_Code_Point}]`,
  'gu',
)
/** A letter, number, symbol, punctuation or emoji, but none of those that are drawn as nothing. */
const VISIBLE =
  /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}\p{Extended_Pictographic}]/u

/** Whether there is anything to see in a text. */
export function hasVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/**
 * A name as all see it: well-formed, in NFC, on one line, without invisible characters. Empty if nothing can be
 * seen in it. Does not look at the length. Cleaning it again changes nothing.
 */
export function cleanName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/[\t-\r]/g, ' ')
    .replace(EMOJI_OR_INVISIBLE, (_, emoji: string | undefined) => emoji ?? '')
    .replace(/[\s\u2800]+/g, ' ')
    .trim()
    .normalize('NFC')
  return hasVisible(clean) ? clean : ''
}

/** A title on one line, well-formed, without invisible characters or such as turn the text around; may be empty. */
export function cleanTitle(title: string): string {
  const clean = title
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(EMOJI_OR_INVISIBLE, (_, emoji: string | undefined) => emoji ?? '')
    .trim()
  return hasVisible(clean) ? clean : ''
}
