// How much of a stretch of messages fits into one answer. Pure.
import type { Message } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'

/**
 * The newest of `messages` (oldest first) whose text is `bytes` of UTF-8 at most, together and without a gap;
 * the very newest always, so that whoever walks back gets on.
 */
export function newestWithin(messages: readonly Message[], bytes: number): readonly Message[] {
  let left = bytes
  const before = messages.findLastIndex((message) => {
    left -= byteLength(message.text)
    return left < 0
  })
  return messages.slice(Math.min(before + 1, Math.max(0, messages.length - 1)))
}

/** The same from the other end: the oldest of them, the very oldest always. */
export function oldestWithin(messages: readonly Message[], bytes: number): readonly Message[] {
  let left = bytes
  const beyond = messages.findIndex((message) => {
    left -= byteLength(message.text)
    return left < 0
  })
  return beyond < 0 ? messages : messages.slice(0, Math.max(1, beyond))
}
