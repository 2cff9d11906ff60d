// The Socket.IO handshake, and the event that the server sends. Members send one event, `command` (command.ts).
import * as v from 'valibot'
import type { Update } from './update.ts'

/** `auth` of the handshake: the session's token (or none, where the cookie is sent) and the version. */
export const handshakeSchema = v.object({
  token: v.optional(v.string()),
  version: v.number(),
})
/** Server to client. */
export type ServerEvents = {
  update: (update: Update) => void
}
