// The Socket.IO handshake and its two events.
import * as v from 'valibot'
import type { CommandResult } from './command.ts'
import type { Update } from './update.ts'

/** `auth` of the handshake: the session's token (or none, where the cookie is sent) and the version. */
export const handshakeSchema = v.object({
  token: v.optional(v.string()),
  version: v.number(),
})
export type Handshake = v.InferOutput<typeof handshakeSchema>

/** Client to server. `input` is parsed as a Command on arrival. */
export type ClientEvents = {
  command: (input: unknown, acknowledge: (result: CommandResult) => void) => void
}

/** Server to client. */
export type ServerEvents = {
  update: (update: Update) => void
}
