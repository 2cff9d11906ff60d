// Ends the process after an uncaught error. Its state is unknown then, so the process must end; but cleanly, so that
// running answers end and cost nothing more, and everybody is told to reconnect.
import type { Clock } from '@roomcast/shared/clock'
import type { Logger } from './logger.ts'

/** Time limit of the shutdown after such an error, ms; then the process exits as it is. */
const LONGEST_MS = 10_000

interface UncaughtOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** Shuts down cleanly, without waiting for running answers. */
  readonly close: () => Promise<void>
  /** Ends the process with this code. */
  readonly exit: (code: number) => void
}

/** The listener for `uncaughtException`, which also receives unhandled rejections. */
export function onUncaught({
  logger,
  clock,
  close,
  exit,
}: UncaughtOptions): (err: unknown) => void {
  let ends = false
  return (err) => {
    logger.fatal({ err }, 'an error was caught by nobody; the node goes down')
    if (ends) return
    ends = true
    clock.after(LONGEST_MS, () => exit(1))
    close().then(
      () => exit(1),
      (failure: unknown) => {
        logger.error({ err: failure }, 'going down failed')
        exit(1)
      },
    )
  }
}
