// The end of a process in which an error was caught by nobody. What it has left half done nobody knows, so the process ends;
// but in order, so that running answers are ended and not paid for any more, and everybody is told to come back.
import type { Clock } from '@roomcast/shared/clock'
import type { Logger } from './logger.ts'

/** How long going down may take after such an error, ms; then the process ends as it is. */
const LONGEST_MS = 10_000

interface UncaughtOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** Goes down in order, without waiting for running answers. */
  readonly close: () => Promise<void>
  /** Ends the process with this code. */
  readonly exit: (code: number) => void
}

/** Gives the listener of `uncaughtException`, which hears also of rejections that nobody handles. */
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
