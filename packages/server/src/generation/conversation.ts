// The messages that a generation answers: read from the log newest first up to a token budget, since the window
// of a Room in memory is made for screens and may be shorter or longer than a prompt.
import type { Message, Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { messagesOf } from '@roomcast/shared/room'
import { Refusal } from '@roomcast/shared/protocol'
import type { RoomLog, Started } from '../judge/room-log.ts'
import { estimateTokens } from './tokens.ts'

/** A question after its history; or, if `continues` is set, the last reply of the history, to be continued. */
export interface Conversation {
  /** Oldest first; without the question, unless a reply is continued. */
  readonly history: readonly Message[]
  readonly question: Said
  readonly continues: Reply | null
  /** Whether older messages did not fit. */
  readonly omitted: boolean
}

const PAGE = 100

/**
 * Reads the conversation of a generation. It always includes the question, and the reply to be continued.
 * @param budget estimated tokens for question and history together
 * @throws Refusal `message-not-found` if the log does not have the question
 */
export async function readConversation(
  log: RoomLog,
  started: Started,
  budget: number,
): Promise<Conversation> {
  const asked = await whatIsAsked(log, started)
  const question = await findSaid(log, started, asked)
  const { continues } = asked
  let left = budget - costOf(question) - (continues ? costOf(continues) : 0)
  const history: Message[] = []
  const isQuestion = (message: Message) =>
    message.kind === 'said' && message.messageId === question.messageId
  const finish = (omitted: boolean): Conversation => {
    if (continues && !history.some(isQuestion)) history.push(question)
    return { continues, question, history: history.reverse(), omitted }
  }
  let before = asked.before
  for (;;) {
    const page = await log.page(started.roomId, before, PAGE)
    const messages = messagesOf(page.entries, page.runs)
    for (const message of messages.toReversed()) {
      if (isQuestion(message)) {
        // In a continuation the question keeps its position; in an answer it is the last turn.
        if (continues) history.push(message)
        continue
      }
      const paid = message.kind === 'reply' && message.generationId === continues?.generationId
      if (!paid) left -= costOf(message)
      if (left < 0 && !paid) return finish(true)
      history.push(message)
    }
    const [oldest] = page.entries
    if (!page.earlier || !oldest) break
    before = oldest.offset
  }
  return finish(false)
}

/** Where the history of a generation ends; for a retry, where that of its first attempt ended. */
async function whatIsAsked(
  log: RoomLog,
  start: Pick<Started, 'roomId' | 'mode' | 'of' | 'offset' | 'messageId'>,
): Promise<{ before: number; messageId: string; continues: Reply | null }> {
  const { roomId, messageId } = start
  if (start.mode === 'answer' || start.of === undefined)
    return { before: start.offset, messageId, continues: null }
  const earlier = await findReply(log, roomId, start.of, start.offset)
  if (start.mode === 'continue')
    return { before: earlier.offset + 1, messageId, continues: earlier }
  return whatIsAsked(log, {
    roomId,
    messageId,
    mode: earlier.mode,
    of: earlier.of,
    offset: earlier.offset,
  })
}

async function findReply(
  log: RoomLog,
  roomId: string,
  generationId: string,
  before: number,
): Promise<Reply> {
  const found = await find(
    log,
    roomId,
    before,
    (message): message is Reply =>
      message.kind === 'reply' && message.generationId === generationId,
  )
  if (!found) throw new Refusal('generation-not-found')
  return found
}

async function findSaid(
  log: RoomLog,
  { roomId, offset }: Started,
  { messageId }: { messageId: string },
): Promise<Said> {
  const found = await find(
    log,
    roomId,
    offset,
    (message): message is Said => message.kind === 'said' && message.messageId === messageId,
  )
  if (!found) throw new Refusal('message-not-found')
  // It was deleted just after it was asked.
  if (found.retractedBy !== undefined)
    throw new Refusal('message-not-found', 'The question was deleted.')
  return found
}

async function find<T extends Message>(
  log: RoomLog,
  roomId: string,
  before: number,
  is: (message: Message) => message is T,
): Promise<T | null> {
  let from = before
  for (;;) {
    const page = await log.page(roomId, from, PAGE)
    const messages = messagesOf(page.entries, page.runs)
    const found = messages.findLast(is)
    if (found) return found
    const [oldest] = page.entries
    if (!page.earlier || !oldest) return null
    from = oldest.offset
  }
}

/** The cost of a message's label, so that many short messages are not free. */
const LABEL_TOKENS = 16

function costOf(message: Message): number {
  const quote = message.kind === 'said' && message.quote ? estimateTokens(message.quote.text) : 0
  return estimateTokens(message.text) + quote + LABEL_TOKENS
}

/** The names of the members, by id. */
export type Names = (memberId: string) => string

/** Names from the members of a room. */
export function namesOf(members: RoomState['members']): Names {
  const names = new Map(members.map((member) => [member.memberId, member.name]))
  return (memberId) => names.get(memberId) ?? 'someone'
}
