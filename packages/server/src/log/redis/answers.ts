// What the scripts answer: a list whose first word says how it went (prelude.lua).
import type { Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { type ErrorCode, ERROR_CODES, Refusal } from '@roomcast/shared/protocol'
import type { Started, Written } from '../room-log.ts'
import { startedOf } from '../started.ts'

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
export function writtenIn(roomId: RoomId, [, json, isOurs]: Answer): Written {
  const entries = JSON.parse(String(json)) as Entry[]
  const start = startIn(entries)
  return { entries, started: start && isOurs === '1' ? startedOf(roomId, start) : null }
}

/** The generation that began with these entries, if it is the one that was proposed. */
export function startedIn(
  roomId: RoomId,
  entries: readonly Entry[],
  proposed: GenerationId | null | undefined,
): Started | null {
  const start = startIn(entries)
  return start && start.generationId === proposed ? startedOf(roomId, start) : null
}

function startIn(entries: readonly Entry[]) {
  return entries.find((entry) => entry.type === 'generation-started')
}
