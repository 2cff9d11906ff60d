// Checks everything that one client ever shows against the log so far.
import { isDeepStrictEqual } from 'node:util'
import type { EntryOf, Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { RoomView } from '@roomcast/client/room/room-client.ts'
import type { Truth } from './truth.ts'
import type { Report } from './violation.ts'

export class Screen {
  readonly #name: string
  readonly #truth: Truth
  readonly #report: Report
  readonly #replies = new Map<number, Reply>()
  readonly #checked = new WeakSet<Said>()
  #state: RoomState | null = null

  constructor(name: string, truth: Truth, report: Report) {
    this.#name = name
    this.#truth = truth
    this.#report = (rule, message) => report(rule, `${name}: ${message}`)
  }

  get name(): string {
    return this.#name
  }

  /** Checks the screen after a change. */
  look({ state }: Pick<RoomView, 'state'>): void {
    const before = this.#state
    if (state === null || state === before) return
    this.#state = state
    if (before && state.offset < before.offset) this.#report('R1', 'went back')
    if (state.offset > this.#truth.entries.length) this.#report('R1', 'is ahead of the log')
    this.#checkOrder(state)
    for (const message of state.messages) {
      if (message.kind === 'reply') {
        this.#checkFixedEnd(message)
        // A reply that leaves the window and returns is checked again.
        if (this.#replies.get(message.number) !== message) this.#checkReply(message)
      } else if (!this.#checked.has(message)) {
        this.#checked.add(message)
        this.#checkSaid(message)
      }
    }
  }

  #checkOrder(state: RoomState): void {
    const { messages, running } = state
    for (const [index, { offset }] of messages.entries())
      if (offset <= (messages[index - 1]?.offset ?? 0)) this.#report('R1', 'messages out of order')
    const open = messages.filter((message) => message.kind === 'reply' && message.ended === null)
    if (open.length > 1) this.#report('R2', 'shows two that run')
    if (open.some((reply) => reply.kind === 'reply' && reply.number !== running))
      this.#report('R2', 'shows one that runs and is not the running one')
  }

  #checkSaid(message: Said): void {
    const entry = this.#truth.entries[message.offset - 1]
    const { messageId, by } = message
    const same = entry?.type === 'message-posted' && entry.messageId === messageId
    if (!same || entry.by !== by || !this.#hasText(entry, message))
      this.#report('R1', `a message that the log does not have: ${messageId}`)
  }

  /** Whether a message shows its posted text, one of its edits, or nothing if it was retracted. */
  #hasText(posted: EntryOf<'message-posted'>, message: Said): boolean {
    const { messageId, text, editedAt, retractedBy } = message
    if (retractedBy !== undefined)
      return text === '' && !message.quote && this.#truth.isRetracted(messageId)
    if (editedAt === undefined) return posted.text === text
    return this.#truth.entries.some(
      (entry) =>
        entry.type === 'message-edited' && entry.messageId === messageId && entry.text === text,
    )
  }

  #checkReply(reply: Reply): void {
    const { number, text, end, ended } = reply
    const before = this.#replies.get(number)
    this.#replies.set(number, reply)
    const known = this.#truth.replies.get(number)
    if (!known) return this.#report('R1', `shows reply ${number}, which was never started`)
    if (!known.text.startsWith(text))
      this.#report('R1', `reply ${number} is no prefix: ${quote(text)} of ${quote(known.text)}`)
    if (end !== byteLength(text))
      this.#report('R1', `reply ${number} has another length than ${end}`)
    if (before && !before.ended && before.end > end)
      this.#report('R1', `reply ${number} shrank from ${before.end} to ${end}`)
    if (before?.ended && !isDeepStrictEqual(before, reply))
      this.#report('R2', `reply ${number} changed after its end`)
    if (!ended) return
    if (known.ended?.outcome !== ended.outcome || known.ended.at !== ended.at)
      this.#report('R2', `reply ${number} ends otherwise: ${ended.outcome}`)
    if (known.text !== text) this.#report('R1', `reply ${number} ended with other text`)
  }

  #checkFixedEnd({ generationId, number, end }: Reply): void {
    const fixed = this.#truth.fixedEnds.get(generationId)
    if (fixed !== undefined && end > fixed)
      this.#report('R3', `reply ${number} shows ${end} bytes beyond the end at ${fixed}`)
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `…${text.slice(-200)}` : text)
}
