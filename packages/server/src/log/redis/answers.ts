// What the scripts answer: a list whose first word says how it went (prelude.lua).
import type { Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { type ErrorCode, ERROR_CODES, Refusal } from '@roomcast/shared/protocol'
import type { Started, Written } from '../room-log.ts'

export type Answer = readonly unknown[]

/** The refusal that a script answered with, or null. */
export function refusalIn(answer: Answer): Refusal | null {
  if (answer[0] !== 'refused') return null
  const code = String(answer[1])
  if (code === 'command-reused')
    return new Refusal('bad-request', 'This commandId was another command’s.')
  return new Refusal(Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal')
}

/** The entries a script has found written, and the generation among them that is the caller's to run. */
export function writtenIn(roomId: RoomId, answer: Answer): Written {
  const entries = JSON.parse(String(answer[1])) as Entry[]
  const start = entries.find(({ type }) => type === 'generation-started')
  const isOurs = answer[2] === '1' && start?.type === 'generation-started'
  return { entries, started: isOurs ? startedIn(roomId, entries, start.generationId) : null }
}

/** The generation that began with these entries, if it is the one that was proposed. */
export function startedIn(
  roomId: RoomId,
  entries: readonly Entry[],
  proposed: GenerationId | null | undefined,
): Started | null {
  const entry = entries.find((candidate) => candidate.type === 'generation-started')
  if (!entry || entry.generationId !== proposed) return null
  const { generationId, number, mode, messageId, of, by, model, offset } = entry
  return { roomId, generationId, number, fence: number, mode, messageId, of, by, model, offset }
}
