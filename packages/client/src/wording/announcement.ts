// What a screen reader hears: a few events, never the text as it grows.
import type { Message, Reply, RoomState } from '@roomcast/shared/protocol'
import { nameOf, replyNumbered } from '@roomcast/shared/room'
import { footerOf } from './footer.ts'

/** What happened between two states of a room, in words; null when nothing worth saying did. */
export function announcementOf(before: RoomState | null, after: RoomState): string | null {
  if (before === null || before.epoch !== after.epoch) return null
  const said = after.messages.filter((message) => message.offset > before.offset)
  const sentences = [endOf(before, after), ...said.map((message) => posted(after, message))]
  return sentences.filter((sentence) => sentence !== null).join(' ') || null
}

function endOf(before: RoomState, after: RoomState): string | null {
  if (before.running === null) return null
  const reply = replyNumbered(after, before.running)
  return reply?.ended ? ended(after, reply) : null
}

function ended(state: RoomState, reply: Reply): string | null {
  if (reply.ended === null) return null
  const footer = footerOf(reply, reply.ended, (memberId) => nameOf(state, memberId))
  const words = reply.text.split(/\s+/).filter((word) => word !== '').length
  const [line] = footer.lines
  if (line === undefined) return `Claude finished. ${words} words.`
  return line.endsWith('.') ? line : `${line}.`
}

function posted(state: RoomState, message: Message): string {
  const name = nameOf(state, message.by)
  if (message.kind === 'reply') return `Claude is answering ${name}.`
  if (!message.ask) return `${name}: ${message.text}`
  const place = state.queue.indexOf(message.messageId)
  return place < 0
    ? `${name} asked Claude.`
    : `${name} asked Claude. Number ${place + 1} in the queue.`
}
