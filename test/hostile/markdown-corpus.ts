// Legal Markdown designed to freeze the tab of everybody who sees it: many of one element, deep nesting, long runs, and
// mixtures of all. Always the same for the same size and seed.
import { Chance } from '../doubles/chance.ts'

export interface HostileText {
  /** For people and for test titles. */
  readonly name: string
  /** A text of about this many characters. */
  readonly make: (size: number) => string
}

const filled = (piece: string, size: number): string =>
  piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
const much = (name: string, piece: string): HostileText => ({
  name,
  make: (size) => filled(piece, size),
})
const after = (name: string, start: string, piece: string): HostileText => ({
  name,
  make: (size) => start + filled(piece, size),
})
const numbered = (name: string, piece: (number: number) => string): HostileText => ({
  name,
  make(size) {
    let text = ''
    for (let number = 1; text.length < size; number++) text += piece(number)
    return text
  },
})

const wide = (columns: number, cell: string): string =>
  `${`|${cell}`.repeat(columns)}|\n${'|-'.repeat(columns)}|\n`

/** Every kind on its own. */
const KINDS: readonly HostileText[] = [
  // Blocks
  much('fences', '```\n```\n'),
  much('fences with code', '```ts\nlet a\n```\n\n'),
  much('fences in many languages', '```ts\nlet a = "b"\n```\n```py\nx = 1\n```\n'),
  much('indented code', '    a\n\nb\n\n'),
  much('setext headings', 'a\n=\nb\n-\n'),
  much('headings', '# a\n'),
  much('headings of all levels', '# a\n## b\n### c\n#### d\n##### e\n###### f\n'),
  much('rules', '---\n\n'),
  much('rules without lines between', '***\n'),
  much('empty lines', '\n'),
  much('lines of spaces', '   \n'),
  much('lines of one letter', 'a\n'),
  much('paragraphs of one letter', 'a\n\n'),
  much('hard breaks', 'a\\\n'),
  much('hard breaks by spaces', 'a  \n'),
  much('list items', '- a\n'),
  much('empty list items', '-\n'),
  much('list items apart', '- a\n\n'),
  much('lists of other marks', '- a\n+ b\n* c\n'),
  much('numbered items', '1. a\n'),
  much('tasks', '- [x] a\n- [ ] b\n'),
  much('quotes', '> a\n\n'),
  much('one long quote', '> a\n>\n'),
  much('tables', '|a|b|\n|-|-|\n|c|d|\n\n'),
  after('table rows', '|a|b|c|d|\n|-|-|-|-|\n', '|1|2|3|4|\n'),
  after('empty table rows', '|a|b|c|d|\n|-|-|-|-|\n', '|\n'),
  after('table rows without cells', wide(100, 'a'), 'a\n'),
  after('a table of many columns', wide(1000, 'a'), `${'|b'.repeat(1000)}|\n`),
  { name: 'a table of one row', make: (size) => wide(Math.ceil(size / 4), 'a') },
  numbered('definitions', (number) => `[a${number}]: https://example.com/${number}\n`),
  numbered('definitions used later', (number) => `[a${number}]\n\n[a${number}]: https://a.b\n\n`),
  after('one definition after its uses', '', '[a] '),
  numbered('footnotes', (number) => `a[^${number}]\n\n[^${number}]: b\n\n`),
  much('formulas on their own', '$$\nx\n$$\n\n'),
  // Blocks whose end may still come, and other blocks below them.
  much('headings below formulas that never end', '\\[\n# a\n'),
  much('long headings below formulas that never end', `\\[\n# ${'a '.repeat(1_500)}\n`),
  after('headings below a definition that never ends', '[a]: /b\n"', 'a\n=\n'),
  // Depth
  much('quotes in quotes', '>'),
  much('lines of quotes in quotes', `${'>'.repeat(90)} a\n`),
  numbered('lists in lists', (number) => `${'  '.repeat(number % 60)}- a\n`),
  much('lists in lists on one line', '- '),
  much('lists in quotes in lists', '> - '),
  much('lines of lists in one another', `${'- '.repeat(40)}a\n\n`),
  // Text within a block
  much('images in brackets', '[![a](b)](c) '),
  much('images', '![a](https://a.b) '),
  much('links', '[a](b) '),
  much('brackets', '['),
  much('closed brackets', '[a]'),
  much('brackets in brackets', '[[[[a]]]] '),
  much('links that never end', '[a]('),
  much('links with titles that never end', '[a](b "c'),
  much('emphasis', '*a* '),
  much('emphasis that never ends', '*a '),
  much('emphasis of underscores', '_a_ __b__ '),
  much('emphasis in emphasis', '***a** b* '),
  much('alternating stars', '*_'),
  much('stars', '*'),
  much('tildes', '~~a~~ '),
  much('backticks', '`'),
  numbered('backtick runs', (number) => `${'`'.repeat(number % 300)} a `),
  much('code in text', '`a` '),
  much('addresses', '<https://a.b> '),
  much('bare addresses', 'https://a.b '),
  much('bare addresses that never end', 'https://a.b/('),
  much('mailboxes', 'a@b.cc '),
  much('half mailboxes', 'a@'),
  much('tags', '<b>'),
  much('tags that never end', '<a b="'),
  much('comments that never end', '<!-- '),
  much('characters by name', '&amp;'),
  much('characters by number', '&#65;'),
  much('references that are none', '&a'),
  much('backslashes', '\\'),
  much('escaped signs', '\\*'),
  much('formulas', '$x$ '),
  much('formulas that never end', '$x '),
  much('formulas in brackets', '\\(x\\) '),
  much('dollars', '$'),
  much('colons', ':a:'),
  much('paragraphs of emphasis', '*a* **b** `c`\n\n'),
  much('one long line', 'a'),
  much('one long line of words', 'word '),
  much('one long line of ideographs', '漢'),
  much('lines of ideographs', '漢字\n'),
  much('letters from the right', 'אב גד '),
  much('directions in turn', '\u202ea\u202c\u2067b\u2069 '),
  much('marks on letters', 'a\u0301\u0302\u0303\u0304 '),
  much('many marks on a letter', 'a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301'),
  much('emoji joined', '👩‍👩‍👧‍👦'),
  much('flags', '🇩🇪'),
  much('the widest letter', '\ufdfd'),
  much('soft hyphens', 'a\u00ad'),
  much('tabs', '\t'),
  much('control characters', '\u0001\u0000\u007f'),
  // One block that stays unfinished for a long time
  after('code', '```ts\n', 'const a = "b" // c\n'),
  after('code without line ends', '```ts\n', 'a+"b"+'),
  after('code of brackets', '```ts\n', '{'),
  after('code of strings', '```ts\n', '"'),
  after('code of one letter a line', '```\n', 'a\n'),
  after('code of empty lines', '```\n', '\n'),
  after('markup', '```html\n', '<a b="c">d</a>\n'),
  after('a program without an end', '```bash\n', '$(a `b ${c'),
  after('a data file', '```json\n', '[{"a":[1,2,{"b":null}]},'),
]

/** Pieces of all kinds, in sequence and nested, at random. */
function mixed(seed: number): HostileText {
  return {
    name: `a mix, ${seed}`,
    make(size) {
      const chance = new Chance(seed)
      const frames = ['', '> ', '- ', '1. ', '# ', '    ', '| ', '**', '[', '```\n']
      let text = ''
      while (text.length < size) {
        const piece = chance.pick(KINDS).make(20 + chance.below(1 + Math.floor(size * 0.05)))
        text += chance.pick(frames) + piece + (chance.below(2) === 0 ? '\n\n' : '\n')
      }
      return text.slice(0, size)
    },
  }
}

export const HOSTILE_TEXTS: readonly HostileText[] = [...KINDS, ...[1, 2, 3, 4, 5, 6].map(mixed)]
