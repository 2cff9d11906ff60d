// The id of a message is the same at every attempt to send it. A storage that has lost its list of executed commands
// still recognises the message, and a page recognises its own message even before the acknowledgement arrives.
import { digest } from './digest.ts'

/** Hexadecimal digits. */
const LENGTH = 32

/** The id of the message that a member's command posts in a room. */
export function messageIdOf(roomId: string, by: string, commandId: string): string {
  return digest(`${roomId} ${by} ${commandId}`).slice(0, LENGTH)
}
