// Polls for generations whose node has died: the log ends them, and the questions queued behind them run here.
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { RoomLog, Started, Waiting } from '../judge/room-log.ts'

/** Together with the lease of 6 s this stays well below the limit of 10 s for a stuck room. */
const EVERY_MS = 1000

interface RecoveringOptions {
  readonly log: RoomLog
  readonly clock: Clock
  readonly newId: () => string
  readonly run: (started: Started) => void
  /** Selects which questions that wait in idle rooms may start now, in their order. */
  readonly choose: (waiting: readonly Waiting[]) => readonly Waiting[]
  /** Called after each poll, once the generations it started are running. */
  readonly onLooked: () => void
  /** Called when storage could not be asked; polling continues. */
  readonly onError: (error: unknown) => void
}

/**
 * Polls once, and then every second until the returned function is called, which resolves when no poll is under way.
 * A full disk does not keep a node from starting: its rooms can be read, and dead generations are ended once there is
 * space.
 * @throws Refusal if storage refuses the first poll for any other reason
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
    // The caller waits for running generations next, so the poll under way must have started its own by then.
    return looking
  }
}
