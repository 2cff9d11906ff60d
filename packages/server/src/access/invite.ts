// Invite links: a signed word with the id of an invite that its room keeps. The signature keeps strangers from guessing;
// the room decides whether the link is still open.
import { Refusal, type OpenInvite, type RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Tokens } from './tokens.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export class Invites {
  readonly #tokens: Tokens
  readonly #clock: Pick<Clock, 'now'>
  /** For how many days a new invite holds. */
  readonly days: number

  constructor(tokens: Tokens, clock: Pick<Clock, 'now'>, days: number) {
    this.#tokens = tokens
    this.#clock = clock
    this.days = days
  }

  /** For how long a new invite holds, ms. */
  get lifetimeMs(): number {
    return this.days * DAY_MS
  }

  /** Whole days that are left of an invite, at least 1. */
  daysLeft({ until }: Pick<OpenInvite, 'until'>): number {
    return Math.max(1, Math.ceil((until - this.#clock.now()) / DAY_MS))
  }

  /** The word of an invite: the same each time, under 300 characters, safe in URLs. */
  async sign(roomId: RoomId, { inviteId, until }: Pick<OpenInvite, 'inviteId' | 'until'>) {
    const claims = { subject: roomId, id: inviteId }
    return await this.#tokens.sign('invite', claims, until - this.#clock.now())
  }

  /**
   * The room of an invite, and its id there; a word without an id is of an earlier version.
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
