// What changes something that is there already: messages, settings, membership. Called inside transactions.
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import { type Amendment, OWNER_STAYS } from '../room-log.ts'
import type { Database } from './database.ts'
import type { Entries } from './entries.ts'
import type { Generations } from './generations.ts'
import type { Members } from './members.ts'
import type { Queue } from './queue.ts'

type Of<T extends Amendment['type']> = Extract<Amendment, { type: T }>

export interface AmendmentsOptions {
  readonly database: Database
  readonly entries: Entries
  readonly queue: Queue
  readonly generations: Generations
  readonly members: Members
}

export class Amendments {
  readonly #options: AmendmentsOptions

  constructor(options: AmendmentsOptions) {
    this.#options = options
  }

  /** Checks one and writes it. @throws Refusal, as `RoomLog.amend` does */
  write(roomId: RoomId, amendment: Amendment): Entry[] {
    switch (amendment.type) {
      case 'edit':
        return this.#edit(roomId, amendment)
      case 'retract':
        return this.#retract(roomId, amendment)
      case 'configure':
        return this.#configure(roomId, amendment)
      case 'remove':
        return this.#remove(roomId, amendment)
      case 'invite':
      case 'end-invites':
        return this.#invites(roomId, amendment)
      default:
        return unreachable(amendment)
    }
  }

  #edit(roomId: RoomId, { messageId, by, text, mentions }: Of<'edit'>): Entry[] {
    const { entries } = this.#options
    const { author, isRetracted } = this.#message(roomId, messageId)
    if (isRetracted) throw new Refusal('message-not-found')
    if (author !== by) throw new Refusal('not-yours')
    const more = mentions === undefined ? {} : { mentions }
    return [entries.write(roomId, { type: 'message-edited', messageId, by, text, ...more })]
  }

  #retract(roomId: RoomId, { messageId, by }: Of<'retract'>): Entry[] {
    const { entries, generations } = this.#options
    const { author, isRetracted } = this.#message(roomId, messageId)
    if (author !== by && !this.#isOwner(roomId, by)) throw new Refusal('not-yours')
    if (isRetracted) return []
    generations.unqueue(roomId, messageId)
    return [entries.write(roomId, { type: 'message-retracted', messageId, by })]
  }

  #configure(roomId: RoomId, { commandId, ...changed }: Of<'configure'>): Entry[] {
    const { database, entries } = this.#options
    const { by, title, model, inviters } = changed
    if (!this.#isOwner(roomId, by)) throw new Refusal('owner-only')
    database.run(
      `UPDATE rooms SET title = coalesce(?, title), model = coalesce(?, model), inviters = coalesce(?, inviters)
       WHERE room_id = ?`,
      title ?? null,
      model ?? null,
      inviters ?? null,
      roomId,
    )
    return [entries.write(roomId, { ...changed, type: 'settings-changed' })]
  }

  #invites(roomId: RoomId, amendment: Of<'invite'> | Of<'end-invites'>): Entry[] {
    const { entries, members } = this.#options
    const { by } = amendment
    if (!members.of(roomId, by)) throw new Refusal('room-not-found')
    if (entries.room(roomId).inviters === 'owner' && !this.#isOwner(roomId, by))
      throw new Refusal('owner-only')
    if (amendment.type === 'end-invites')
      return [entries.write(roomId, { type: 'invites-ended', by })]
    const { inviteId, until } = amendment
    return [entries.write(roomId, { type: 'invite-made', inviteId, by, until })]
  }

  #remove(roomId: RoomId, { memberId, by }: Of<'remove'>): Entry[] {
    const { entries, generations, members, queue } = this.#options
    const isOwner = this.#isOwner(roomId, by)
    if (isOwner && memberId === by) throw new Refusal('owner-only', OWNER_STAYS)
    if (!isOwner && memberId !== by) throw new Refusal('owner-only')
    if (!members.of(roomId, memberId)) throw new Refusal('member-not-found')
    // What somebody asked who left is still to be answered; what somebody asked who was removed is not.
    const waiting = memberId === by ? [] : queue.of(roomId, memberId)
    const withdrawn = waiting.map((messageId) => {
      generations.unqueue(roomId, messageId)
      return entries.write(roomId, { type: 'question-withdrawn', messageId, by })
    })
    return [...withdrawn, members.dismiss(roomId, memberId, by)]
  }

  #message(roomId: RoomId, messageId: string): { author: string; isRetracted: boolean } {
    const { entries } = this.#options
    const posted = entries.lastAbout(roomId, messageId, 'message-posted')
    if (!posted) throw new Refusal('message-not-found')
    const isRetracted = entries.lastAbout(roomId, messageId, 'message-retracted') !== undefined
    return { author: posted.by, isRetracted }
  }

  #isOwner(roomId: RoomId, memberId: string): boolean {
    return this.#options.members.of(roomId, memberId)?.role === 'owner'
  }
}
