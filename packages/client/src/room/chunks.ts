// The conversation in stretches that can be taken off the page while they are far away. Pure.
import type { Message } from '@roomcast/shared/protocol'

/** Offsets in a chunk. It depends on nothing else, so a message stays in its chunk whatever is added before or after it. */
const SPAN = 50

export interface Chunk {
  readonly key: number
  readonly messages: readonly Message[]
  /** When the message before its first one was said; null at the beginning of what is shown. */
  readonly previousAt: number | null
}

/** The chunks of messages that are in order; those that have not changed are the same objects as in `before`. */
export function chunksOf(
  messages: readonly Message[],
  before: readonly Chunk[] = [],
): readonly Chunk[] {
  const known = new Map(before.map((chunk) => [chunk.key, chunk]))
  const chunks: Chunk[] = []
  let begin = 0
  while (begin < messages.length) {
    const key = keyOf(messages[begin])
    let end = begin + 1
    while (end < messages.length && keyOf(messages[end]) === key) end++
    const previousAt = messages[begin - 1]?.at ?? null
    const chunk = { key, previousAt, messages: messages.slice(begin, end) }
    const old = known.get(key)
    chunks.push(old && isSame(old, chunk) ? old : chunk)
    begin = end
  }
  return chunks
}

/** The key of the chunk in which an offset lies. */
export function chunkAt(offset: number): number {
  return Math.floor(offset / SPAN)
}

function keyOf(message: Message | undefined): number {
  return chunkAt(message?.offset ?? 0)
}

function isSame(one: Chunk, other: Chunk): boolean {
  return (
    one.previousAt === other.previousAt &&
    one.messages.length === other.messages.length &&
    one.messages.every((message, index) => message === other.messages[index])
  )
}
