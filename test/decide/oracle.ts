// Plays a command on a log and describes the outcome in the terms of a decision, so that the two can be compared.
import type { Command } from '@roomcast/server/decide/commands.ts'
import { decide, factsFor } from '@roomcast/server/decide/decide.ts'
import { AdmissionChanged } from '@roomcast/server/decide/admission-changed.ts'
import type { RoomLog, Started } from '@roomcast/server/judge/room-log.ts'
import { type Entry, Refusal } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import type { KnownRoom } from './known-room.ts'

/** The entries that were written, without the fields that only the log knows; or the reason for a refusal. */
export type Outcome =
  | { readonly refused: string; readonly message: string }
  | { readonly changedAt: number }
  | { readonly entries: readonly object[]; readonly started: string | null }

/** The outcome by the rules. */
export function decided(room: KnownRoom, command: Command): Outcome {
  const decision = decide(room.docket, command, factsFor(command, room))
  if (decision instanceof Refusal) return refused(decision)
  if (decision instanceof AdmissionChanged) return { changedAt: decision.offset }
  const started = decision.find((draft) => draft.type === 'generation-started')
  return { entries: decision, started: started?.generationId ?? null }
}

export interface Done {
  readonly outcome: Outcome
  readonly written: readonly Entry[]
}

/** The outcome on the log. */
export async function done(log: RoomLog, roomId: string, command: Command): Promise<Done> {
  try {
    const { entries, started } = await play(log, roomId, command)
    return {
      outcome: { entries: entries.map(bare), started: started?.generationId ?? null },
      written: entries,
    }
  } catch (error) {
    if (error instanceof Refusal) return { outcome: refused(error), written: [] }
    if (error instanceof AdmissionChanged)
      return { outcome: { changedAt: error.offset }, written: [] }
    throw error
  }
}

function refused({ body: { code, message } }: Refusal): Outcome {
  return { refused: code, message }
}

/** An entry without the fields that only the log gives it. */
export function bare(entry: Entry): object {
  const { offset, at, ...draft } = entry
  if (draft.type !== 'generation-ended') return draft
  const { end, digest, ...ended } = draft
  return ended
}

async function play(
  log: RoomLog,
  roomId: string,
  command: Command,
): Promise<{ readonly entries: readonly Entry[]; readonly started: Started | null }> {
  switch (command.type) {
    case 'create':
      return log.createRoom(command)
    case 'join':
      return log.join(roomId, command)
    case 'post':
      return log.post(roomId, command)
    case 'start':
      return log.start(roomId, command)
    case 'withdraw':
      return log.withdraw(roomId, command)
    case 'resume':
      return log.resume(roomId, command)
    case 'end': {
      const ended = await log.end(roomId, command)
      if (!ended.ok) throw new Error(`the end was refused: ${ended.refused}`)
      return ended
    }
    case 'promote': {
      const { entries: before } = await log.read(roomId)
      const [started = null] = await log.recover(() => command.generationId)
      const { entries } = await log.read(roomId)
      return { entries: entries.slice(before.length), started }
    }
    case 'edit':
    case 'retract':
    case 'configure':
    case 'invite':
    case 'end-invites':
    case 'remove':
      return log.amend(roomId, command)
    default:
      return unreachable(command)
  }
}
