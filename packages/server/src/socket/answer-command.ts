// One command of a connection, from its wire input to its acknowledgement.
import * as v from 'valibot'
import {
  type Command,
  type CommandResult,
  commandSchemas,
  errorBody,
  type ErrorBody,
  Refusal,
} from '@roomcast/shared/protocol'
import type { RoomsPort } from './rooms-port.ts'
import type { SocketConnection } from './socket-connection.ts'

/**
 * Performs a command. Never rejects: a refusal, and any other error, becomes an acknowledgement.
 * @param input of any shape
 * @param onError called with every error that is not a refusal; the member gets `internal`
 */
export async function answerCommand(
  rooms: RoomsPort,
  connection: SocketConnection,
  input: unknown,
  onError: (command: string, error: unknown) => void,
): Promise<CommandResult> {
  const parsed = parseCommand(input)
  if ('error' in parsed) return { ok: false, error: parsed.error }
  const { command } = parsed
  try {
    switch (command.type) {
      case 'join':
        await connection.join(command.roomId, command.since)
        return { ok: true }
      case 'leave':
        await connection.leave(command.roomId)
        return { ok: true }
      case 'look':
        await connection.look(command.roomId, command.look)
        return { ok: true }
      default:
        return await rooms.perform(connection.memberId, command)
    }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.body }
    onError(command.type, error)
    return { ok: false, error: errorBody('internal') }
  }
}

/** Stop at the first fault: a list of a hundred thousand faults costs more than it could be worth. */
const FIRST_FAULT = { abortEarly: true, abortPipeEarly: true } as const

/** Limit on the characters of a reported fault. */
const LONGEST_FAULT = 150

/** Parses a command, or describes what is wrong with it. */
function parseCommand(input: unknown): { command: Command } | { error: ErrorBody } {
  const type = v.safeParse(v.object({ type: v.string() }), input)
  if (!type.success)
    return { error: errorBody('bad-request', 'A command is an object with a type.') }
  const name = type.output.type
  if (!Object.hasOwn(commandSchemas, name))
    return { error: errorBody('unknown-command', `There is no command "${name.slice(0, 40)}".`) }
  const parsed = v.safeParse(commandSchemas[name as Command['type']], input, FIRST_FAULT)
  if (parsed.success) return { command: parsed.output as Command }
  const issue = parsed.issues[0]
  const field = v.getDotPath(issue) ?? 'command'
  // The message repeats the input, of any length.
  const fault = issue.message.slice(0, LONGEST_FAULT).toWellFormed()
  return { error: errorBody('bad-request', `${name}: ${field}: ${fault}`) }
}
