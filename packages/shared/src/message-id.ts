// Which id a message gets: the same at every attempt, so that a storage that has lost which commands were done knows
// the message nevertheless, and a page knows its own message when it sees it before the answer.
import { digest } from './digest.ts'

/** Hexadecimal digits. */
const LENGTH = 32

/** The id of the message that a member's command makes in a room. */
export function messageIdOf(roomId: string, by: string, commandId: string): string {
  return digest(`${roomId} ${by} ${commandId}`).slice(0, LENGTH)
}
