// The conversation in stretches that can be taken off the page while they are far away. Pure.
import type { Message } from '@roomcast/shared/protocol'

/** Offsets in a block. It depends on nothing else, so a message stays in its block whatever is added before or after it. */
const SPAN = 50

export interface Block {
  readonly key: number
  readonly messages: readonly Message[]
  /** When the message before its first one was said; null at the beginning of what is shown. */
  readonly previousAt: number | null
}

/** The blocks of messages that are in order; those that have not changed are the same objects as in `before`. */
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

/** The key of the block in which an offset lies. */
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
