// Random commands: from every member, about everything that exists and some things that do not, in any order.
import type { Command } from '@roomcast/server/decide/commands.ts'
import type { Chance } from '../doubles/chance.ts'
import type { KnownRoom } from './known-room.ts'

const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
const MODELS = ['claude-1', 'claude-2'] as const

export class RandomCommands {
  readonly #chance: Chance
  readonly #room: KnownRoom
  readonly #prefix: string
  #ids = 0

  /** @param prefix of all ids, so that no other room has them */
  constructor(chance: Chance, room: KnownRoom, prefix: string) {
    this.#chance = chance
    this.#room = room
    this.#prefix = prefix
  }

  create(roomId: string): Command {
    return {
      type: 'create',
      commandId: this.newId('create'),
      roomId,
      title: 'A "room" \\ of 🎉',
      model: 'claude',
      instructions: 'Be\nbrief.',
      owner: { memberId: 'alice', name: 'Alice' },
    }
  }

  newId(kind: string): string {
    this.#ids += 1
    return `${this.#prefix}-${kind}-${this.#ids}`
  }

  next(): Command {
    const kind = this.#chance.below(100)
    if (kind < 36) return this.#post()
    if (kind < 54) return this.#end()
    if (kind < 60) return this.#start()
    if (kind < 66) return this.#about('withdraw')
    if (kind < 71) return this.#resume()
    if (kind < 77)
      return { ...this.#about('edit'), type: 'edit', text: 'Changed: "so"', ...this.#mentions() }
    if (kind < 82) return this.#about('retract')
    if (kind < 87) return this.#join()
    if (kind < 91) return this.#remove()
    if (kind < 95) return this.#configure()
    if (kind < 98) return this.#invites()
    return { type: 'promote', generationId: this.newId('generation') }
  }

  #by(): string {
    return this.#chance.pick(PEOPLE)
  }

  #sender() {
    return { commandId: this.newId('command'), by: this.#by() }
  }

  #message(): string {
    return this.#old([...this.#room.messages.keys()])
  }

  #generation(): string {
    return this.#old([...this.#room.generations.keys()])
  }

  /** Mostly one of the latest; sometimes any, or one that does not exist. */
  #old(ids: readonly string[]): string {
    const kind = this.#chance.below(12)
    if (kind === 0 || ids.length === 0) return `${this.#prefix}-nothing`
    return this.#chance.pick(kind < 8 ? ids.slice(-6) : ids)
  }

  #mentions(): { mentions?: readonly string[] } {
    return this.#chance.below(4) === 0 ? { mentions: [this.#by(), this.#by()] } : {}
  }

  #post(): Command {
    const [ask, quoted] = [this.#chance.below(3) > 0, this.#chance.below(5)]
    const of = quoted === 0 ? this.#message() : this.#generation()
    const quote = {
      of,
      text: 'as "you" said',
      ...(this.#chance.below(3) === 0 ? { isOwn: true } : {}),
    }
    return {
      type: 'post',
      ...this.#sender(),
      messageId: this.newId('message'),
      text: 'Why "so"? \\ 🎉\n',
      ask,
      generationId: this.newId('generation'),
      ...(quoted < 2 ? { quote } : {}),
      ...this.#mentions(),
      ...(this.#chance.below(5) === 0 ? { model: this.#chance.pick(MODELS) } : {}),
      ...(ask && this.#chance.below(6) === 0 ? { waits: true } : {}),
    }
  }

  #start(): Command {
    return {
      type: 'start',
      ...this.#sender(),
      generationId: this.newId('generation'),
      mode: this.#chance.pick(['retry', 'continue'] as const),
      of: this.#generation(),
    }
  }

  #about<T extends 'withdraw' | 'edit' | 'retract'>(type: T) {
    const waiting = this.#room.docket.queue.map(({ messageId }) => messageId)
    const isWaiting = waiting.length > 0 && this.#chance.below(2) === 0
    const messageId = isWaiting ? this.#chance.pick(waiting) : this.#message()
    const author = this.#room.messages.get(messageId)?.by
    const by = author !== undefined && this.#chance.below(3) > 0 ? author : this.#by()
    return { type, commandId: this.newId('command'), by, messageId }
  }

  #resume(): Command {
    const generationId = this.#chance.below(4) === 0 ? null : this.newId('generation')
    return { type: 'resume', ...this.#sender(), generationId }
  }

  #end(): Command {
    const { running } = this.#room.docket
    const generationId =
      running !== null && this.#chance.below(8) > 0 ? running : this.#generation()
    const next = this.#chance.below(5) === 0 ? null : this.newId('generation')
    switch (this.#chance.below(4)) {
      case 0:
        return {
          type: 'end',
          generationId,
          next,
          outcome: 'cancelled',
          by: this.#by(),
          reason: 'Enough "of" it',
        }
      case 1:
        return {
          type: 'end',
          generationId,
          next,
          outcome: 'failed',
          error: { code: 'overloaded', message: 'Busy "now".' },
        }
      case 2:
        return { type: 'end', generationId, next, outcome: 'interrupted', omitted: true }
      default: {
        const usage = { inputTokens: 3, outputTokens: 4, estimated: false }
        return { type: 'end', generationId, next, outcome: 'completed', stop: 'end_turn', usage }
      }
    }
  }

  #join(): Command {
    const memberId = this.#by()
    const seen =
      this.#chance.below(3) === 0 ? { seen: this.#room.docket.offset - this.#chance.below(20) } : {}
    return {
      type: 'join',
      commandId: this.newId('command'),
      memberId,
      name: this.#chance.pick([memberId, `${memberId} "2"`]),
      role: memberId === 'alice' ? 'owner' : 'member',
      ...seen,
    }
  }

  #remove(): Command {
    const memberId = this.#by()
    const by = this.#chance.pick([memberId, 'alice', this.#by()])
    return { type: 'remove', commandId: this.newId('command'), by, memberId }
  }

  #configure(): Command {
    const by = this.#chance.below(3) > 0 ? 'alice' : this.#by()
    return {
      type: 'configure',
      commandId: this.newId('command'),
      by,
      ...this.#chance.pick([
        { title: 'Another "title"' },
        { model: this.#chance.pick(MODELS) },
        { inviters: this.#chance.pick(['all', 'owner'] as const), thinking: true },
        { instructions: 'Be\nlong.', title: 'T', model: 'claude-3' },
      ]),
    }
  }

  #invites(): Command {
    return this.#chance.below(2) === 0
      ? { type: 'end-invites', ...this.#sender() }
      : {
          type: 'invite',
          ...this.#sender(),
          inviteId: this.newId('invite'),
          until: 4_102_444_800_000,
        }
  }
}
