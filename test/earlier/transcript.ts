// Everything that a log says about the rooms of the history, so that two readings of the same data can be compared.
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import type { Entry, RoomState, RoomSummary, Run } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { stateOf } from '../doubles/room.ts'
import { PEOPLE, ROOMS } from './history.ts'

interface RoomTranscript {
  readonly state: RoomState
  readonly entries: readonly Entry[]
  readonly runs: readonly (Omit<Run, 'text'> & { readonly digest: string })[]
  readonly members: readonly string[]
  readonly gone: readonly string[]
}

export interface Transcript {
  readonly rooms: Readonly<Record<string, RoomTranscript>>
  readonly lists: Readonly<Record<string, readonly RoomSummary[]>>
}

export async function transcriptOf(log: RoomLog): Promise<Transcript> {
  const rooms: Record<string, RoomTranscript> = {}
  for (const roomId of ROOMS) rooms[roomId] = await roomTranscript(log, roomId)
  const lists: Record<string, readonly RoomSummary[]> = {}
  for (const name of PEOPLE) lists[name] = await log.roomsOf(name)
  return { rooms, lists }
}

async function roomTranscript(log: RoomLog, roomId: string): Promise<RoomTranscript> {
  const state = stateOf(await log.read(roomId))
  const { entries, runs } = await log.page(roomId, Number.MAX_SAFE_INTEGER, 1_000)
  const which = async (asked: RoomLog['isMember']) => {
    const answers = await Promise.all(PEOPLE.map((name) => asked(roomId, name)))
    return PEOPLE.filter((_, index) => answers[index])
  }
  return {
    state,
    entries,
    runs: runs.map(({ text, ...run }) => ({ ...run, digest: digest(text) })),
    members: await which((...who) => log.isMember(...who)),
    gone: await which((...who) => log.isGone(...who)),
  }
}
