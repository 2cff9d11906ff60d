// Invites: a signed, expiring word that lets whoever holds it become a member of one room.
// Nothing is stored, so an invite cannot be taken back before its end.
import { Refusal, type RoomId } from '@roomcast/shared/protocol'
import type { Tokens } from './tokens.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export class Invites {
  readonly #tokens: Tokens
  /** For how long an invite is valid. */
  readonly days: number

  constructor(tokens: Tokens, days: number) {
    this.#tokens = tokens
    this.days = days
  }

  /** Makes an invite to a room: under 250 characters, safe in URLs. */
  async make(roomId: RoomId): Promise<string> {
    return await this.#tokens.sign('invite', { subject: roomId }, this.days * DAY_MS)
  }

  /** Gives the room of an invite. Refusals: `invite-invalid`, `invite-expired`. */
  async open(invite: string): Promise<{ readonly roomId: RoomId }> {
    const opened = await this.#tokens.open('invite', invite)
    if (opened.kind === 'expired') throw new Refusal('invite-expired')
    if (opened.kind === 'invalid') throw new Refusal('invite-invalid')
    return { roomId: opened.claims.subject }
  }
}
