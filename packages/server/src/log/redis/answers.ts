// What the scripts answer: a list whose first word says how it went (prelude.lua).
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { type ErrorCode, ERROR_CODES, Refusal } from '@roomcast/shared/protocol'
import { OWN_QUEUE_FULL, OWNER_STAYS, type Started, type Written } from '../room-log.ts'

export type Answer = readonly unknown[]

/** The refusal that a script answered with, or null. */
export function refusalIn(answer: Answer): Refusal | null {
  if (answer[0] !== 'refused') return null
  const code = String(answer[1])
  switch (code) {
    case 'command-reused':
      return new Refusal('bad-request', 'This commandId was another command’s.')
    case 'queue-full-for-member':
      return new Refusal('queue-full', OWN_QUEUE_FULL)
    case 'owner-stays':
      return new Refusal('owner-only', OWNER_STAYS)
    default:
      return new Refusal(Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal')
  }
}

/** The entries a script has written, and the generation among them that is the caller's to run. */
export function writtenIn(roomId: RoomId, answer: Answer): Written {
  const entries = JSON.parse(String(answer[1])) as Entry[]
  return { entries, started: answer[2] === '1' ? startedIn(roomId, entries) : null }
}

function startedIn(roomId: RoomId, entries: readonly Entry[]): Started | null {
  const entry = entries.find((candidate) => candidate.type === 'generation-started')
  if (!entry) return null
  const { generationId, number, mode, messageId, of, by, model, offset } = entry
  return { roomId, generationId, number, fence: number, mode, messageId, of, by, model, offset }
}
