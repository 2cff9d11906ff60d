// Looks again and again for generations whose node has died: they are ended, and what waited behind them runs here.
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { RoomLog, Started, Waiting } from '../judge/room-log.ts'

/** Together with the lease of 6 s this is well below the 10 s after which no room is stuck any more. */
const EVERY_MS = 1000

interface RecoveringOptions {
  readonly log: RoomLog
  readonly clock: Clock
  readonly newId: () => string
  readonly run: (started: Started) => void
  /** Those of the questions that wait in idle rooms that may start now, in their order. */
  readonly choose: (waiting: readonly Waiting[]) => readonly Waiting[]
  /** What was chosen and has started runs by now. */
  readonly onLooked: () => void
  /** Hears that storage could not be asked; the next look comes all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * Looks once, and from then on every second until the returned function is called, which resolves when no look is under way. On a full disk a node starts all the
 * same: rooms can be read, and what is to be ended is ended when there is room.
 * @throws Refusal when storage refuses the first look otherwise
 */
export async function keepRecovering(options: RecoveringOptions): Promise<() => Promise<void>> {
  const { log, clock, newId, run, choose, onLooked, onError } = options
  let stopped = false
  let stopWaiting: () => void = () => undefined
  let looking: Promise<void> = Promise.resolve()
  const look = async () => {
    try {
      for (const started of await log.recover(newId, choose)) run(started)
    } finally {
      onLooked()
    }
  }
  const later = () => {
    stopWaiting = clock.after(EVERY_MS, () => {
      looking = look()
        .catch(onError)
        .finally(() => {
          if (!stopped) later()
        })
    })
  }
  await look().catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.body.code !== 'storage-full') throw error
    onError(error)
  })
  later()
  return () => {
    stopped = true
    stopWaiting()
    // What a look has found is run before anybody waits for what runs.
    return looking
  }
}
