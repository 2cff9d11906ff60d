// Look-alike characters: a model reads `mеssage` with a Cyrillic letter, or `＜message`, as the word it looks like.
//
// Compatibility forms and letters with marks are found by their decomposition; the table holds those confusables of
// Unicode (UTS #39) that look like the few characters in our tags.

const ALIKE: Readonly<Record<string, string>> = {
  '<': '˂ᐸ‹〈〈⟨❮❰≺⋖𝈶',
  '/': '⁄∕╱⟋⧸𝈺㇓〳丿',
  a: 'аαɑᴀΑАᎪᗅꓮ⍺@',
  e: 'еҽ℮єᴇΕЕᎬⴹꓰꬲɛε',
  g: 'ɡցƍɢԌᏀᏳꓖᶃ',
  m: 'мᴍΜМϺᎷᗰᛖꓟⲘ',
  n: 'ոռпηɴΝᏁꓠⲚ',
  o: 'оοօסοσᴏΟОՕ0०০๐໐᠐ⵔꓳⲞଠഠ',
  q: 'ԛզգɋႭⵕԚ',
  s: 'ѕꜱƽʂЅՏᏕᏚꓢ$',
  t: 'тτᴛΤТᎢꓔⲦ⊤',
  u: 'υսᴜʋꭎꭒµυՍሀᑌꓴ∪⋃',
}
/** Pairs of letters that together look like one. */
const PAIRS: Readonly<Record<string, string>> = { m: 'rn|ｒｎ|гп' }

/** Where compatibility forms are: the plane of most scripts, and the letters of mathematics and of symbols. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x80, 0xd7ff],
  [0xf900, 0xffef],
  [0x1d400, 0x1d7ff],
  [0x1f100, 0x1f1ff],
  [0x1fbf0, 0x1fbf9],
]

/** For each of `characters`, a regular expression for everything that looks like it, including itself. */
export function looksLike(characters: string): ReadonlyMap<string, string> {
  const alike = new Map(
    [...characters].map((one) => [one, [one, ...(ALIKE[one] ?? ''), ...enclosed(one)]]),
  )
  for (const [from, to] of RANGES)
    for (let code = from; code <= to; code++) {
      const character = String.fromCodePoint(code)
      const [plain = '', ...more] = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
      // Parentheses around a letter, as in `⒨`, do not hide it.
      const letter =
        more.length === 2 && plain === '(' ? (more[0] ?? '') : more.length === 0 ? plain : ''
      alike.get(letter)?.push(character)
    }
  return new Map([...alike].map(([one, all]) => [one, sourceOf(one, all)]))
}

/** The letter on a disc, on a tile and as part of a flag; these have no decomposition. */
function enclosed(letter: string): string[] {
  const at = letter.charCodeAt(0) - 'a'.charCodeAt(0)
  return at < 0 ? [] : [0x1f150, 0x1f170, 0x1f1e6].map((first) => String.fromCodePoint(first + at))
}

/** The look-alikes of a character as the source of a regular expression. */
function sourceOf(character: string, all: readonly string[]): string {
  const escaped = [...new Set(all)].map((one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`)
  const pairs = PAIRS[character]
  return `(?:[${escaped.join('')}]${pairs === undefined ? '' : `|${pairs}`})`
}
