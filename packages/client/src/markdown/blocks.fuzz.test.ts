// An answer that arrives in pieces ends with the blocks of one parse of the whole text. FUZZ_RUNS sets the number of answers,
// for longer runs.
import { expect, it } from 'vitest'
import { type Chance, withSeeds } from '@roomcast/test/doubles/chance.ts'
import { type Block, MarkdownBlocks } from './blocks.ts'

const FILE = 'packages/client/src/markdown/blocks.fuzz.test.ts'
const ANSWERS = Number(process.env['FUZZ_RUNS'] ?? 4_000)
const MOST_PIECES = 32

/** Line ends and containers: these decide where blocks begin and end. */
const CONTAINERS = [
  ...['\n', '\n', '\n', '\n\n', '\r', '\r\n', '\n  ', '\n    ', '\n\t', ' \n'],
  ...['\n> ', '\n>', '\n- ', '\n* ', '\n1. ', '\n2) ', '\n# ', '\n#'],
]
/** Parts of blocks that take more than one line, by the kind of block. */
const BLOCKS = [
  ['$$', '$$', '\\[', '\\]', '\\)'],
  ['|-|-|', '|-|', 'a|b', '|', '---'],
  ['[a]: /b', '[a]', '[', ']: /b', '"', '==='],
  ['- ', '> ', '```', '===', '    '],
]
const TEXT = [
  ...['word', 'é', '😀', '\u0000', ' ', '  ', '\\', '`', '**', '_', '~~', '&amp;', '<b>', 'x_1'],
  ...['\\(', '$', '~~~', '=', '-', '***', '-|-', ':-', '1. ', '# ', '[ ] '],
  ...['[a]:', ']', '/c', "'", '(', ')', '![x]', 'https://d.e'],
]

/** An answer with a few kinds of pieces only, so that parts of the same block often meet. */
function somePieces(chance: Chance): readonly string[] {
  const text = [...chance.pick(BLOCKS), ...chance.shuffled(TEXT).slice(0, 2)]
  return Array.from({ length: 2 + chance.below(MOST_PIECES) }, () =>
    chance.pick(chance.below(5) < 2 ? CONTAINERS : text),
  )
}

/** Cuts a text also within line ends and within characters. */
function cutAnew(text: string, chance: Chance): readonly string[] {
  const pieces: string[] = []
  let from = 0
  while (from < text.length) {
    const to = from + 1 + chance.below(4)
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}

function streamed(pieces: readonly string[]): readonly Block[] {
  const parser = new MarkdownBlocks()
  let text = ''
  for (const each of pieces) {
    text += each
    parser.update(text, false)
  }
  return parser.update(text, true)
}

/** Blocks without the line numbers of their tokens: each parse counts from its own first line. */
function bare(blocks: readonly Block[]): string {
  return JSON.stringify(blocks, (key, value: unknown) => (key === 'map' ? undefined : value))
}

function expectOneParse(pieces: readonly string[]): void {
  const whole = new MarkdownBlocks().update(pieces.join(''), true)
  expect(bare(streamed(pieces)), JSON.stringify(pieces)).toBe(bare(whole))
}

it('an answer in pieces ends as one parse of the whole text, with any pieces', async () => {
  await withSeeds(ANSWERS, FILE, (chance) => {
    const pieces = somePieces(chance)
    expectOneParse(chance.below(2) === 0 ? pieces : cutAnew(pieces.join(''), chance))
    return Promise.resolve()
  })
})

it.each([
  ['text after the end of a formula', ['~~', '\r\n', '$$', '\r', '\\)', '$$', '1. ']],
  ['a formula of one character', ['word', '\n', '$$', '\u0000', '\r', '$$', '~~']],
  ['a formula around a heading', ['a\n\n$$\nb\n# c\nd\n', 'e\n', '$$\n']],
  ['a formula below a quote', ['> a\n$$\nb\n# c\n', 'd\n', '$$\n']],
  [
    'the line below the names of a table',
    ['\u0000', '\n', '|-|-|', '😀', '\n', '---', '|-|-|', 'word'],
  ],
  ['one more column', ['===', '\r\n', '\\)', '|', '===', '\n', '|-|-|', '- ']],
  ['a definition whose title ends late', ['a\n\n[b]: /c\n', '"d\n', 'e\n', 'f"\n']],
  ['a definition whose name ends late', ['a\n\n[b\n', '===\n', 'c\n', ']: /d\n']],
])('an answer in pieces ends as one parse of the whole text: %s', (_, pieces) => {
  expectOneParse(pieces)
})
