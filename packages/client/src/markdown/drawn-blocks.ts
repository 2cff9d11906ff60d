// The part of an answer that is on the page. It grows from frame to frame until the whole answer is there.
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'
import { CHARACTERS_OF_WEIGHT, costlyIn, OF_BLOCK, OF_PIECE, weightOf } from './answer-limits.ts'
import { type Block, MarkdownBlocks } from './blocks.ts'
import { drawNow, drawSoon } from './frames.ts'
import { piecesOf } from './pieces.ts'

export interface DrawnBlocks {
  readonly blocks: readonly Block[]
  /** Index of the block that is partly drawn: blocks before it are drawn completely, those after it not at all. */
  readonly last: number
  /** How many tokens or pieces of that block are drawn. */
  readonly tokens: number
}

export interface Text {
  readonly source: string
  readonly final: boolean
  readonly cut: boolean
}

const NOTHING: DrawnBlocks = { blocks: [], last: 0, tokens: 0 }

/** @param now the text; null while the page is hidden */
export function useDrawnBlocks(now: () => Text | null): Readonly<ShallowRef<DrawnBlocks>> {
  const parser = new MarkdownBlocks()
  const drawn = shallowRef(NOTHING)
  /** The text that was parsed last. */
  let known: Text = { source: '', final: false, cut: false }
  let cancel: (() => void) | null = null

  const parse = (text: Text): void => {
    const isOther = !text.source.startsWith(known.source)
    known = { source: text.source, final: text.final, cut: text.cut }
    const blocks = parser.update(text.source, text.final, text.cut)
    const before = isOther ? NOTHING : drawn.value
    const { last } = before
    drawn.value =
      last < blocks.length || blocks.length === 0
        ? { blocks, last, tokens: stillDrawn(before, blocks[last]) }
        : { blocks, last: blocks.length - 1, tokens: lengthOf(blocks.at(-1)) }
  }
  const isParsed = ({ source, final, cut }: Text): boolean =>
    !parser.isBehind && source === known.source && final === known.final && cut === known.cut

  /** Draws everything parsed so far before it parses more. */
  const draw = (most: number): number => {
    const text = now()
    if (text === null) return 0
    let weight = 0
    for (;;) {
      const more = further(drawn.value, most - weight)
      drawn.value = more.place
      weight += more.weight
      if (isAllDrawn(drawn.value) && isParsed(text)) return weight
      if (weight >= most) break
      parse(text)
      weight += 10 + parser.looked / CHARACTERS_OF_WEIGHT
    }
    cancel = drawSoon((share) => {
      cancel = null
      return draw(share)
    })
    return weight
  }

  watch(
    () => {
      const text = now()
      return text && ([text.source, text.final, text.cut] as const)
    },
    () => {
      if (cancel === null) drawNow(draw)
    },
    { immediate: true, flush: 'pre' },
  )
  onScopeDispose(() => cancel?.())
  return drawn
}

function isAllDrawn({ blocks, last, tokens }: DrawnBlocks): boolean {
  return last >= blocks.length - 1 && tokens >= lengthOf(blocks[last])
}

const pieces = new WeakMap<Block, readonly string[]>()

/** The pieces of a block shown as its source, cut once. */
function piecesIn(block: Block): readonly string[] {
  const known = pieces.get(block) ?? piecesOf(block.source.trimEnd())
  pieces.set(block, known)
  return known
}

/** The number of tokens of a block, or of pieces if it is shown as its source. */
export function lengthOf(block: Block | undefined): number {
  if (block === undefined) return 0
  return block.tokens?.length ?? Math.max(1, piecesIn(block).length)
}

/** When a block replaces the last one drawn, how much of it to draw so that text already on the page stays there. */
function stillDrawn({ blocks, last, tokens }: DrawnBlocks, now: Block | undefined): number {
  const before = blocks[last]
  if (now === undefined || now.tokens !== null || before === undefined) return tokens
  const isWhole = tokens >= lengthOf(before)
  const shown = before.tokens === null ? piecesIn(before).slice(0, tokens) : []
  const characters = isWhole ? before.source.trimEnd().length : shown.join('').length
  let [count, covered] = [0, 0]
  for (const piece of piecesIn(now)) {
    if (covered >= characters) break
    covered += piece.length
    count += 1
  }
  return count
}

/** Moves the place on until this weight is reached; the last step may exceed it. */
function further(place: DrawnBlocks, most: number): { place: DrawnBlocks; weight: number } {
  const { blocks } = place
  let { last, tokens } = place
  let weight = 0
  while (weight < most) {
    const block = blocks[last]
    if (block === undefined) break
    if (tokens < lengthOf(block)) {
      const token = block.tokens?.[tokens]
      weight += token ? weightOf(token) : OF_PIECE + costlyIn(piecesIn(block)[tokens] ?? '')
      tokens += 1
    } else if (last < blocks.length - 1) {
      last += 1
      tokens = 0
      weight += OF_BLOCK
    } else break
  }
  return { place: { blocks, last, tokens }, weight }
}
