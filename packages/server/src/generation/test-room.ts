// A room in a log in memory, and short words for what happens in it. Not part of the program.
import type { Clock } from '@roomcast/shared/clock'
import type { Message, Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, fold } from '@roomcast/shared/room'
import type { NewEnd, RoomLog, Started, Written } from '../judge/room-log.ts'
import { openSqliteRoomLog } from '../room-logs.ts'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'

export class TestRoom {
  readonly log: RoomLog
  readonly roomId = 'room'
  #ids = 0

  /** A room of Alice, with Bob in it. */
  static async open(clock: Clock = new SimulatedClock()): Promise<TestRoom> {
    let ids = 0
    const newId = () => `log-${(ids += 1)}`
    const room = new TestRoom(await openSqliteRoomLog({ path: ':memory:', clock, newId }))
    await room.log.createRoom({
      commandId: 'create',
      roomId: room.roomId,
      title: 'Room',
      model: 'claude-opus-5-5',
      instructions: '',
      owner: { memberId: 'alice', name: 'Alice' },
    })
    const bob = { memberId: 'bob', name: 'Bob', role: 'member' } as const
    await room.log.join(room.roomId, { commandId: 'join', ...bob })
    return room
  }

  private constructor(log: RoomLog) {
    this.log = log
  }

  newId(): string {
    this.#ids += 1
    return `id-${this.#ids}`
  }

  /** Says something, and gives the id of the message. */
  async say(by: string, text: string): Promise<string> {
    const { entries } = await this.#post(by, text, false)
    return entries[0]?.type === 'message-posted' ? entries[0].messageId : ''
  }

  async edit(by: string, messageId: string, text: string): Promise<void> {
    const commandId = this.newId()
    await this.log.amend(this.roomId, { commandId, by, type: 'edit', messageId, text })
  }

  async retract(by: string, messageId: string): Promise<void> {
    await this.log.amend(this.roomId, { commandId: this.newId(), by, type: 'retract', messageId })
  }

  async instruct(instructions: string): Promise<void> {
    const settings = { type: 'configure', by: 'alice', instructions } as const
    await this.log.amend(this.roomId, { commandId: this.newId(), ...settings })
  }

  /** Asks, and gives what starts; fails when the question has to wait. */
  async ask(by: string, text: string): Promise<Started> {
    return startedBy(await this.#post(by, text, true))
  }

  /** Asks while something runs; gives the id of the question that waits. */
  async queue(by: string, text: string): Promise<string> {
    const { entries } = await this.#post(by, text, true)
    const queued = entries.find((entry) => entry.type === 'question-queued')
    if (queued?.type !== 'question-queued') throw new Error('the question does not wait')
    return queued.messageId
  }

  async again(mode: 'retry' | 'continue', of: Started, by = 'bob'): Promise<Started> {
    const [commandId, generationId] = [this.newId(), this.newId()]
    return startedBy(
      await this.log.start(this.roomId, { commandId, generationId, by, mode, of: of.generationId }),
    )
  }

  /** Writes a whole reply and ends it; gives what starts after it. */
  async answer(
    started: Started,
    text: string,
    more: Partial<NewEnd> = {},
  ): Promise<Started | null> {
    const result = await this.log.end(this.roomId, {
      generationId: started.generationId,
      outcome: 'completed',
      fence: started.fence,
      final: { at: 0, text, mark: text === '' ? undefined : 'text' },
      next: this.newId(),
      ...more,
    })
    if (!result.ok) throw new Error(`the end is refused: ${result.refused}`)
    return result.started
  }

  async cancel(started: Pick<Started, 'generationId'>, by = 'bob', reason?: string): Promise<void> {
    await this.log.end(this.roomId, {
      generationId: started.generationId,
      outcome: 'cancelled',
      by,
      next: null,
      ...(reason === undefined ? {} : { reason }),
    })
  }

  async state(): Promise<RoomState> {
    const { checkpoint, entries, runs } = await this.log.read(this.roomId)
    const tail = { type: 'tail', epoch: checkpoint.epoch, entries, runs } as const
    return fold(checkpoint, tail, digest).state
  }

  /** The reply of a generation, as everybody sees it. */
  async reply({ number }: Pick<Started, 'number'>): Promise<Reply> {
    const { messages } = await this.state()
    const found = messages.find(
      (message): message is Reply => message.kind === 'reply' && message.number === number,
    )
    if (!found) throw new Error(`there is no reply ${number}`)
    return found
  }

  #post(by: string, text: string, ask: boolean): Promise<Written> {
    const [commandId, messageId, generationId] = [this.newId(), this.newId(), this.newId()]
    return this.log.post(this.roomId, { commandId, messageId, generationId, by, text, ask })
  }
}

function startedBy({ started }: Written): Started {
  if (!started) throw new Error('nothing was started')
  return started
}

/** Messages without a log, for what is pure: ids and offsets count up. */
export class Talk {
  readonly messages: Message[] = []

  said(by: string, text: string, more: Partial<Said> = {}): Said {
    const offset = this.messages.length + 1
    const messageId = `message-${offset}`
    const plain = { kind: 'said', messageId, offset, at: 0, by, text } as const
    const said: Said = { ...plain, ask: false, withdrawn: false, ...more }
    this.messages.push(said)
    return said
  }

  asked(by: string, text: string, more: Partial<Said> = {}): Said {
    return this.said(by, text, { ask: true, ...more })
  }

  replied(to: { messageId: string }, text: string, more: Partial<Reply> = {}): Reply {
    const offset = this.messages.length + 1
    const reply: Reply = {
      kind: 'reply',
      generationId: `generation-${offset}`,
      number: offset,
      offset,
      at: 0,
      messageId: to.messageId,
      by: 'alice',
      mode: 'answer',
      model: 'claude',
      text,
      end: byteLength(text),
      marks: [],
      ended: { outcome: 'completed', at: 0, stop: 'end_turn' },
      ...more,
    }
    this.messages.push(reply)
    return reply
  }
}
