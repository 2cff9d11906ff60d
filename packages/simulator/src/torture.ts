/**
 * Text that breaks careless programs: surrogate pairs, joined emoji, right-to-left and combining
 * characters, every kind of line end, NUL, invisible characters, markup that must not become markup,
 * and one very long line.
 */

const LINES: readonly string[] = [
  '## Characters that break things',
  '',
  'Pairs: 😀 𝒳 𠮷 🂡 · joined: 👩‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 ❤️‍🔥 · flags: 🇬🇷🇯🇵🇮🇱🇮🇳 · keycaps: 1️⃣ #️⃣',
  'Combining: é (two) é (one) · Z̸̧̛͈a̷͎͝l̶̰̈́g̵̞̚o̴̱͂ · นี้ · ක්‍ෂ · ක්ෂ',
  'Right to left: שלום עולם (שלוש 123 מילים) · مرحبًا بالعالم ١٢٣ · mixed: abc אבג def',
  'Overrides: [\u202Eesrever\u202C] [\u2067isolated\u2069] [\u200Fmark\u200E]',
  'Scripts: Ελληνικά · 日本語のテキスト・ｶﾀｶﾅ · हिन्दी में क्षत्रिय · ไทย · 한국어 (한 / 한)',
  'Line ends: CRLF\r\nCR\rVT\u000BFF\u000CNEL\u0085LS\u2028PS\u2029end',
  'Invisible: NUL[\u0000] BEL[\u0007] ESC[\u001B[31m] BOM[\uFEFF] ZWSP[\u200B] NBSP[\u00A0] SHY[\u00AD]',
  'Noncharacters: [\uFFFE] [\uFFFF] [\u{1FFFE}] · replacement: [\uFFFD] · last: [\u{10FFFD}]',
  'Markup: <script>alert(1)</script> <img src=x onerror=alert(1)> &amp; &#x3C; ]]> <!-- -->',
  'Markdown: [click](javascript:alert(1)) ![x](data:text/html,hi) `unclosed **bold _and_ ~~gone',
  'Looks like the wire: data: {"type":"message_stop"} event: error \\ud83d \\u0000 \\\\ "quoted"',
  '',
]

const FIRST_LINES = LINES.join('\n')
const LONG_LINE = 'long·line·한·😀·'

/** @param size `length`: of the text, repeated and cut to it, in code units; `line`: of an additional last line. */
export function torture(size: {
  readonly length?: number | undefined
  readonly line?: number | undefined
}): string {
  let text = FIRST_LINES
  if (size.length !== undefined) {
    text = cut(FIRST_LINES.repeat(Math.ceil(size.length / FIRST_LINES.length)), size.length)
  }
  if (size.line === undefined) return text
  return `${text}\n${cut(LONG_LINE.repeat(Math.ceil(size.line / LONG_LINE.length)), size.line)}`
}

/** Exactly `length` code units; half of a cut pair is replaced by a dot. */
function cut(text: string, length: number): string {
  const start = text.slice(0, length)
  return /[\uD800-\uDBFF]$/.test(start) ? `${start.slice(0, -1)}.` : start
}
