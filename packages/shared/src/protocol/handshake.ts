// The Socket.IO handshake, and the one event that the server sends. Clients send one event, `command` (command.ts).
import * as v from 'valibot'
import type { Update } from './update.ts'

/** `auth` of the handshake: the protocol version and the session's token, which is absent when the cookie is sent. */
export const handshakeSchema = v.object({
  token: v.optional(v.string()),
  version: v.number(),
})
/** Server to client. */
export type ServerEvents = {
  update: (update: Update) => void
}
