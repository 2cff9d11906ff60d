// Where the log goes: to standard output, as readable lines in a terminal and as JSON everywhere else.
//
// Guarantees: a line in a terminal is written before the call that logs it returns, so not even a kill loses one. In a pipe a
// line may be written a moment later, so a slow reader holds up nobody; an exit writes the rest.
// Leaves to the logger: that no value holds control characters or is long.
import { type DestinationStream, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { LogFormat } from './config.ts'

/** Standard output as the log sees it. `hasColors` of a terminal respects NO_COLOR. */
export interface Output {
  readonly isTTY?: boolean
  hasColors?(): boolean
}

/** @param open opens standard output; `sync`: each write is done when it returns */
export function logDestination(
  format: LogFormat,
  output: Output,
  open: (options: { sync: boolean }) => DestinationStream = standardOutput,
): DestinationStream {
  const isTerminal = output.isTTY === true
  const isReadable = format === 'readable' || (format === 'auto' && isTerminal)
  const out = open({ sync: isTerminal })
  if (!isReadable) return out
  const readable = prettyFactory({
    colorize: isTerminal && output.hasColors?.() === true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  })
  return { write: (line) => out.write(readable(line)) }
}

function standardOutput({ sync }: { sync: boolean }): DestinationStream {
  return pino.destination({ dest: 1, sync })
}
