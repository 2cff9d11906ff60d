// The destination of the log: standard output, as readable lines in a terminal and as JSON everywhere else.
//
// Guarantees: in a terminal a line is written before the logging call returns, so not even a kill loses one. In a pipe
// a
// line may be written a moment later, so a slow reader delays nobody; an exit writes the rest.
// Left to the logger: keeping values short and free of control characters.
import { type DestinationStream, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { LogFormat } from './config.ts'

/** Standard output as the log uses it. A terminal's `hasColors` respects NO_COLOR. */
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
