// How many messages of a stretch fit into a byte limit. Pure.
import type { Message } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'

/**
 * The newest of `messages` (oldest first) with at most `bytes` of UTF-8 text together, without a gap; always
 * includes the very newest, so that a reader who pages back makes progress.
 */
export function newestWithin(messages: readonly Message[], bytes: number): readonly Message[] {
  let left = bytes
  const before = messages.findLastIndex((message) => {
    left -= byteLength(message.text)
    return left < 0
  })
  return messages.slice(Math.min(before + 1, Math.max(0, messages.length - 1)))
}

/** The oldest of `messages` within the limit; always includes the very oldest. */
export function oldestWithin(messages: readonly Message[], bytes: number): readonly Message[] {
  let left = bytes
  const beyond = messages.findIndex((message) => {
    left -= byteLength(message.text)
    return left < 0
  })
  return beyond < 0 ? messages : messages.slice(0, Math.max(1, beyond))
}
