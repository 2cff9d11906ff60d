// Reads the state of a room from its log.
import type { Entry, RoomId, RoomState } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { fold } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'

export interface ReadState {
  readonly state: RoomState
  /** The entries after the checkpoint. */
  readonly entries: readonly Entry[]
  /** The offset of the checkpoint. */
  readonly checkpointed: number
}

/** @throws Refusal `room-not-found`, or any refusal of the storage */
export async function readState({
  log,
  roomId,
}: {
  readonly log: Pick<RoomLog, 'read'>
  readonly roomId: RoomId
}): Promise<ReadState> {
  const { checkpoint, entries, runs } = await log.read(roomId)
  const tail = { type: 'tail' as const, epoch: checkpoint.epoch, runs, entries }
  const { state, behind } = fold(checkpoint, tail, digest)
  if (behind) throw new Error(`The log of room ${roomId} does not fold at ${behind.offset}.`)
  return { state, entries, checkpointed: checkpoint.offset }
}
