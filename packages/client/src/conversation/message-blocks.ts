// Splits the conversation into blocks that can be taken off the page while they are far from the visible part. Pure.
import type { Message } from '@roomcast/shared/protocol'

/** Offsets in a block. Only its offset decides a message's block, so additions before or after it never move it. */
const SPAN = 50

export interface Block {
  readonly key: number
  readonly messages: readonly Message[]
  /** The time of the message before its first one; null in the first block shown. */
  readonly previousAt: number | null
}

/** The blocks of messages given in order. Unchanged blocks are the same objects as in `before`. */
export function blocksOf(
  messages: readonly Message[],
  before: readonly Block[] = [],
): readonly Block[] {
  const known = new Map(before.map((block) => [block.key, block]))
  const blocks: Block[] = []
  let begin = 0
  while (begin < messages.length) {
    const key = keyOf(messages[begin])
    let end = begin + 1
    while (end < messages.length && keyOf(messages[end]) === key) end++
    const previousAt = messages[begin - 1]?.at ?? null
    const block = { key, previousAt, messages: messages.slice(begin, end) }
    const old = known.get(key)
    blocks.push(old && isSame(old, block) ? old : block)
    begin = end
  }
  return blocks
}

/** The key of the block that contains an offset. */
export function blockAt(offset: number): number {
  return Math.floor(offset / SPAN)
}

function keyOf(message: Message | undefined): number {
  return blockAt(message?.offset ?? 0)
}

function isSame(one: Block, other: Block): boolean {
  return (
    one.previousAt === other.previousAt &&
    one.messages.length === other.messages.length &&
    one.messages.every((message, index) => message === other.messages[index])
  )
}
