// Cleans names and titles. Text from people may contain lone surrogates, for which Claude's API refuses the whole
// request, and invisible characters, which make different names look the same.

const EMOJI = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?`
/** Emoji keep the joiners and selectors that hold them together; anywhere else those count as invisible. */
const EMOJI_OR_INVISIBLE = new RegExp(
  String.raw`(${EMOJI}(?:\u200D${EMOJI})*|[0-9#*]\uFE0F\u20E3)|[\p{C}\p{Default_Ignorable_Code_Point}]`,
  'gu',
)
/** A letter, number, symbol, punctuation or emoji, except characters that are drawn blank. */
const VISIBLE =
  /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}\p{Extended_Pictographic}]/u

/** Whether a text has any visible character. */
export function hasVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/**
 * Returns a name as everyone sees it: well-formed, in NFC, on one line, without invisible characters; empty if nothing
 * in it is visible. Does not check the length. Cleaning it again changes nothing.
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

/** Returns a title on one line, well-formed, without invisible or direction-changing characters; may be empty. */
export function cleanTitle(title: string): string {
  const clean = title
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(EMOJI_OR_INVISIBLE, (_, emoji: string | undefined) => emoji ?? '')
    .trim()
  return hasVisible(clean) ? clean : ''
}
