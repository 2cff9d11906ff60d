// Pure views of a room for whoever shows it or builds a prompt from it.
import type { Entry } from '../protocol/entry.ts'
import type { Member, Message, RoomState, Said } from '../protocol/room-state.ts'
import type { Run } from '../protocol/updates/tail.ts'
import { byteLength } from './bytes.ts'
import { change } from './reduce.ts'
import { emptyRoom, replyNumbered, withReply } from './state.ts'

/** The member with this id, unless they are gone. */
export function memberOf(state: RoomState, memberId: string): Member | undefined {
  const member = state.members.find((one) => one.memberId === memberId)
  return member?.gone ? undefined : member
}

/** The name of a member, also of one who is gone, or a word for somebody unknown. */
export function nameOf(state: RoomState, memberId: string): string {
  return state.members.find((member) => member.memberId === memberId)?.name ?? 'someone'
}

/** The questions that wait, next one first. */
export function queuedQuestions(state: RoomState): Said[] {
  return state.queue.flatMap((messageId) => {
    const said = state.messages.find(
      (message): message is Said => message.kind === 'said' && message.messageId === messageId,
    )
    return said ? [said] : []
  })
}

/**
 * Makes messages of a stretch of the log: entries in order (with the later ones about the same messages)
 * and the text of the replies among them.
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
