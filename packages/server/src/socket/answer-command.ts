// One command of a connection, from what came over the wire to its acknowledgement.
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
 * Does a command. Never rejects: a refusal, and whatever else goes wrong, is an answer too.
 * @param input of any shape
 * @param onError hears of what is no refusal; the member is told `internal`
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

/** A list of a hundred thousand faults costs more than anything that it could be told for. */
const FIRST_FAULT = { abortEarly: true, abortPipeEarly: true } as const

/** Characters told of a fault. */
const LONGEST_FAULT = 150

/** Reads a command from what came over the wire, or says in words what is wrong with it. */
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
  // It repeats whatever was sent.
  const fault = issue.message.slice(0, LONGEST_FAULT).toWellFormed()
  return { error: errorBody('bad-request', `${name}: ${field}: ${fault}`) }
}
