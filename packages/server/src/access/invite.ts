// Invite links: a signed token with the id of an invite that its room keeps. The signature prevents guessing;
// the room decides whether the invite is still open.
import { Refusal, type OpenInvite, type RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Tokens } from './tokens.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export class Invites {
  readonly #tokens: Tokens
  readonly #clock: Pick<Clock, 'now'>
  /** The lifetime of a new invite, days. */
  readonly days: number

  constructor(tokens: Tokens, clock: Pick<Clock, 'now'>, days: number) {
    this.#tokens = tokens
    this.#clock = clock
    this.days = days
  }

  /** The lifetime of a new invite, ms. */
  get lifetimeMs(): number {
    return this.days * DAY_MS
  }

  /** The whole days left of an invite, at least 1. */
  daysLeft({ until }: Pick<OpenInvite, 'until'>): number {
    return Math.max(1, Math.ceil((until - this.#clock.now()) / DAY_MS))
  }

  /** The token of an invite: the same each time, under 300 characters, safe in URLs. */
  async sign(roomId: RoomId, { inviteId, until }: Pick<OpenInvite, 'inviteId' | 'until'>) {
    const claims = { subject: roomId, id: inviteId }
    return await this.#tokens.sign('invite', claims, until - this.#clock.now())
  }

  /**
   * The room and the id of an invite; tokens of an earlier version have no id.
   * @throws Refusal `invite-invalid`, `invite-expired`
   */
  async open(
    invite: string,
  ): Promise<{ readonly roomId: RoomId; readonly inviteId: string | undefined }> {
    const opened = await this.#tokens.open('invite', invite)
    if (opened.kind === 'expired') throw new Refusal('invite-expired')
    if (opened.kind === 'invalid') throw new Refusal('invite-invalid')
    return { roomId: opened.claims.subject, inviteId: opened.claims.id }
  }
}
