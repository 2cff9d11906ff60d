// What a screen reader hears: a few events, never the text as it grows.
import type { Member, Message, Reply, RoomState } from '@roomcast/shared/protocol'
import { nameOf, replyNumbered } from '@roomcast/shared/room'
import { footerOf } from '../answer/footer-text.ts'
import { laterWords } from '../wording/later.ts'

/** A message of a person is read up to here, characters. */
const LONGEST = 240
/** Messages of which something is said at once: after a lost link it may be hundreds, and nobody can stop hearing them. */
const MOST = 3

/** What happened, in words; empty where nothing worth saying did. `urgent`: something went wrong. */
export interface Announcement {
  readonly calm: string
  readonly urgent: string
}

/** What happened between two states of a room; null when nothing worth saying did. @param me whose screen it is */
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
    // Its question has come in the same moment, before it.
    before.running === null ? (ended?.calm ?? '') : '',
  ]
  const announcement = {
    calm: calm.filter((sentence) => sentence !== '').join(' '),
    urgent: ended?.urgent ?? '',
  }
  return announcement.calm === '' && announcement.urgent === '' ? null : announcement
}

/** The answer that was or is written between two states: also one that began and ended in between. */
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
