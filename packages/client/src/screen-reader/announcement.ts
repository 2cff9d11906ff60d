// Announcements for screen readers: a few events, never the growing text.
import type { Member, Message, Reply, RoomState } from '@roomcast/shared/protocol'
import { nameOf, replyNumbered } from '@roomcast/shared/room'
import { footerOf } from '../answer/footer-text.ts'
import { laterWords } from '../wording/later.ts'

/** The most characters of a member's message that are announced. */
const LONGEST = 240
/** The most messages announced at once: after a reconnect there may be hundreds, and a listener cannot skip them. */
const MOST = 3

/** The sentences to announce, possibly empty. `urgent`: something went wrong. */
export interface Announcement {
  readonly calm: string
  readonly urgent: string
}

/** Announces the changes between two states of a room; null if none is worth it. @param me the member at this screen */
export function announcementOf(
  before: RoomState | null,
  after: RoomState,
  me: string | null,
): Announcement | null {
  if (before === null || before.epoch !== after.epoch || before === after) return null
  const said = after.messages
    .filter((message) => message.offset > before.offset && !isRetracted(message))
    .slice(-MOST)
  const ended = endOf(before, after)
  const calm = [
    before.running === null ? '' : (ended?.calm ?? ''),
    ...comings(before.members, after),
    before.title === after.title ? '' : laterWords.announce.renamed(after.title),
    ...said.map((message) => posted(after, message, me)),
    // The question arrived in the same update and is announced before the end.
    before.running === null ? (ended?.calm ?? '') : '',
  ]
  const announcement = {
    calm: calm.filter((sentence) => sentence !== '').join(' '),
    urgent: ended?.urgent ?? '',
  }
  return announcement.calm === '' && announcement.urgent === '' ? null : announcement
}

/** The answer that was running in either state, or that began and ended in between. */
export function answerOf(before: RoomState, after: RoomState): Reply | null {
  const number = before.running ?? after.running
  if (number !== null) return replyNumbered(after, number) ?? null
  const newest = after.messages.findLast((message) => message.kind === 'reply')
  return newest?.kind === 'reply' && newest.offset > before.offset ? newest : null
}

function isRetracted(message: Message): boolean {
  return message.kind === 'said' && message.retractedBy !== undefined
}

function comings(before: readonly Member[], after: RoomState): string[] {
  if (before === after.members) return []
  const known = new Map(before.map((member) => [member.memberId, member]))
  return after.members.flatMap(({ memberId, name, gone }) => {
    const past = known.get(memberId)
    if (gone === past?.gone && past) return []
    if (gone === undefined) return [laterWords.announce.joined(name)]
    return [gone === 'left' ? laterWords.announce.left(name) : laterWords.announce.removed(name)]
  })
}

function endOf(before: RoomState, after: RoomState): Announcement | null {
  const reply = answerOf(before, after)
  return reply ? ended(after, reply) : null
}

function ended(state: RoomState, reply: Reply): Announcement | null {
  if (reply.ended === null) return null
  const footer = footerOf(reply, reply.ended, (memberId) => nameOf(state, memberId))
  const [line] = footer.lines
  if (line === undefined) {
    const count = reply.text.split(/\s+/).filter((word) => word !== '').length
    const blocks = Math.floor((reply.text.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0) / 2)
    return { calm: laterWords.announce.finished(count, blocks), urgent: '' }
  }
  const sentence = line.endsWith('.') ? line : `${line}.`
  return footer.tone === 'problem' ? { calm: '', urgent: sentence } : { calm: sentence, urgent: '' }
}

function posted(state: RoomState, message: Message, me: string | null): string {
  const said = laterWords.announce
  const name = nameOf(state, message.by)
  if (message.kind === 'reply') return message.ended ? '' : said.answering(name)
  if (!message.ask) return message.by === me ? '' : said.said(name, message.text.slice(0, LONGEST))
  const place = state.queue.indexOf(message.messageId)
  return place < 0 ? said.asked(name) : said.queued(name, place + 1)
}
