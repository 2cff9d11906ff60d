// Pure views of a room, for screens and prompts.
import type { Entry } from '../protocol/entry.ts'
import type { Member, Message, RoomState, Said } from '../protocol/room-state.ts'
import type { Run } from '../protocol/updates/tail.ts'
import { byteLength } from './bytes.ts'
import { change } from './reduce.ts'
import { emptyRoom, replyNumbered, withReply } from './state.ts'

/** The member with this id, unless they left or were removed. */
export function memberOf(state: RoomState, memberId: string): Member | undefined {
  const member = state.members.find((one) => one.memberId === memberId)
  return member?.gone ? undefined : member
}

/** The name of a current or former member, or a placeholder for an unknown id. */
export function nameOf(state: RoomState, memberId: string): string {
  return state.members.find((member) => member.memberId === memberId)?.name ?? 'someone'
}

/** The waiting questions, next one first. */
export function queuedQuestions(state: RoomState): Said[] {
  return state.queue.flatMap((messageId) => {
    const said = state.messages.find(
      (message): message is Said => message.kind === 'said' && message.messageId === messageId,
    )
    return said ? [said] : []
  })
}

/**
 * Builds messages from a stretch of the log: its entries in order (with later entries about the same messages)
 * and the text of its replies.
 */
export function messagesOf(entries: readonly Entry[], runs: readonly Run[]): readonly Message[] {
  const texts = new Map(runs.map((run) => [run.number, run]))
  let state = emptyRoom('stretch', 'stretch')
  for (const entry of entries) {
    state = change(state, entry)
    if (entry.type !== 'generation-started') continue
    const run = texts.get(entry.number)
    const reply = replyNumbered(state, entry.number)
    if (run && reply) {
      const { text, marks } = run
      state = withReply(state, { ...reply, text, marks, end: byteLength(text) })
    }
  }
  return state.messages
}
