// A room in a log, with short methods for the actions of members and generations.
import { expect } from 'vitest'
import type { Clock } from '@roomcast/shared/clock'
import type {
  Amendment,
  EndResult,
  NewEnd,
  NewPost,
  Reading,
  RoomLog,
  Started,
  Written,
} from '@roomcast/server/judge/room-log.ts'
import {
  type ErrorCode,
  type Kind,
  type Outcome,
  Refusal,
  type Reply,
  type RoomState,
} from '@roomcast/shared/protocol'
import { byteLength, fold } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { SimulatedClock } from './clock.ts'
import { Watcher } from './watcher.ts'

/** Returns the room that a reading describes. */
export function stateOf(reading: Reading): RoomState {
  const { checkpoint, runs, entries } = reading
  const tail = { type: 'tail', epoch: checkpoint.epoch, runs, entries } as const
  const { state, behind } = fold(checkpoint, tail, digest)
  expect(behind).toBeNull()
  return state
}

/** Returns the code with which a call is refused. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorCode | 'not refused'> {
  try {
    await call
    return 'not refused'
  } catch (error) {
    if (error instanceof Refusal) return error.body.code
    throw error
  }
}

/** Returns the generation that a call has started. */
export function startedBy(written: Pick<Written, 'started'>): Started {
  if (written.started === null) throw new Error('nothing was started')
  return written.started
}

export class TestRoom {
  readonly log: RoomLog
  readonly roomId: string
  #ids = 0

  /** A room of Alice, with Bob in it, in a log in memory. */
  static async open(clock: Clock = new SimulatedClock()): Promise<TestRoom> {
    let epochs = 0
    const newId = () => `epoch-${(epochs += 1)}`
    const room = new TestRoom(await openSqliteRoomLog({ path: ':memory:', clock, newId }))
    await room.log.createRoom({
      ...room.newRoom(),
      model: 'claude-opus-5-5',
      instructions: '',
      owner: { memberId: 'alice', name: 'Alice' },
    })
    await room.joins('bob', 'Bob')
    return room
  }

  constructor(log: RoomLog, roomId = 'room') {
    this.log = log
    this.roomId = roomId
  }

  /** The same room on another log object. */
  on(log: RoomLog): TestRoom {
    const room = new TestRoom(log, this.roomId)
    room.#ids = this.#ids + 1_000_000
    return room
  }

  newId(prefix = 'new'): string {
    this.#ids += 1
    return `${this.roomId}-${prefix}-${this.#ids}`
  }

  newRoom(owner = 'alice') {
    return {
      commandId: this.newId('create'),
      roomId: this.roomId,
      title: `Title of ${this.roomId}`,
      model: 'claude',
      instructions: 'Be brief.',
      owner: { memberId: owner, name: owner },
    }
  }

  /** Makes somebody a member. */
  joins(memberId: string, name = memberId): Promise<Written> {
    const commandId = this.newId('join')
    return this.log.join(this.roomId, { commandId, memberId, name, role: 'member' })
  }

  newPost(by: string, text: string, ask: boolean): NewPost {
    const commandId = this.newId('command')
    const messageId = this.newId('message')
    return { commandId, messageId, by, text, ask, generationId: this.newId('generation') }
  }

  say(by: string, text: string): Promise<Written> {
    return this.log.post(this.roomId, this.newPost(by, text, false))
  }

  ask(by: string, text: string): Promise<Written> {
    return this.log.post(this.roomId, this.newPost(by, text, true))
  }

  /** Asks and returns the generation that now runs. */
  async asked(by: string, text: string): Promise<Started> {
    return startedBy(await this.ask(by, text))
  }

  /** Asks and returns the id of the question, which now waits. */
  async queued(by: string, text: string): Promise<string> {
    const post = this.newPost(by, text, true)
    const written = await this.log.post(this.roomId, post)
    expect(written.entries.map((entry) => entry.type)).toEqual([
      'message-posted',
      'question-queued',
    ])
    return post.messageId
  }

  again(by: string, of: string, mode: 'retry' | 'continue' = 'retry'): Promise<Written> {
    const [commandId, generationId] = [this.newId('command'), this.newId('generation')]
    return this.log.start(this.roomId, { commandId, generationId, by, mode, of })
  }

  /** Retries or continues, and returns the generation that now runs. */
  async askedAgain(by: string, of: string, mode: 'retry' | 'continue' = 'retry'): Promise<Started> {
    return startedBy(await this.again(by, of, mode))
  }

  withdraw(by: string, messageId: string): Promise<Written> {
    return this.log.withdraw(this.roomId, { commandId: this.newId('command'), messageId, by })
  }

  edit(by: string, messageId: string, text: string): Promise<Written> {
    return this.amend(by, { type: 'edit', messageId, text })
  }

  retract(by: string, messageId: string): Promise<Written> {
    return this.amend(by, { type: 'retract', messageId })
  }

  remove(by: string, memberId: string): Promise<Written> {
    return this.amend(by, { type: 'remove', memberId })
  }

  instruct(instructions: string): Promise<Written> {
    return this.amend('alice', { type: 'configure', instructions })
  }

  amend(by: string, what: AmendmentOf): Promise<Written> {
    return this.log.amend(this.roomId, { commandId: this.newId('command'), by, ...what })
  }

  /** Posts a message and returns its id. */
  async said(by: string, text: string): Promise<string> {
    const post = this.newPost(by, text, false)
    await this.log.post(this.roomId, post)
    return post.messageId
  }

  resume(by: string): Promise<Written> {
    const [commandId, generationId] = [this.newId('command'), this.newId('generation')]
    return this.log.resume(this.roomId, { commandId, by, generationId })
  }

  /** Appends pieces one after another and expects each to be accepted. Returns the end. */
  async write(owned: Started, at: number, ...pieces: readonly Piece[]): Promise<number> {
    let end = at
    for (const piece of pieces) {
      const { text, mark } = typeof piece === 'string' ? { text: piece, mark: undefined } : piece
      const appended = await this.log.appendReply(owned, end, text, mark)
      end += byteLength(text)
      expect(appended).toEqual({ ok: true, end })
    }
    return end
  }

  /** Ends a generation as its owner, with a new id for the next one. */
  end(owned: Started, outcome: Outcome, more: Partial<NewEnd> = {}): Promise<EndResult> {
    const { generationId, fence } = owned
    const next = this.newId('next')
    return this.log.end(this.roomId, { generationId, outcome, fence, next, ...more })
  }

  /** Writes a whole reply and ends it; returns the generation that starts after it. */
  async answer(owned: Started, text: string): Promise<Started | null> {
    const final = { at: 0, text, mark: text === '' ? undefined : ('text' as const) }
    const result = await this.end(owned, 'completed', { final })
    if (!result.ok) throw new Error(`the end is refused: ${result.refused}`)
    return result.started
  }

  /** Stops a generation as a member. */
  cancel(by: string, generationId: string, reason?: string): Promise<EndResult> {
    return this.log.end(this.roomId, {
      generationId,
      outcome: 'cancelled',
      by,
      next: this.newId('next'),
      ...(reason === undefined ? {} : { reason }),
    })
  }

  async state(): Promise<RoomState> {
    return stateOf(await this.log.read(this.roomId))
  }

  /** The reply of a generation, by its id or number. */
  async reply(of: string | number): Promise<Reply> {
    const { messages } = await this.state()
    const found = messages.find(
      (message): message is Reply =>
        message.kind === 'reply' && (message.generationId === of || message.number === of),
    )
    if (found === undefined) throw new Error(`no reply of ${of}`)
    return found
  }

  watch(): Promise<Watcher> {
    return Watcher.follow(this.log, this.roomId, this.newId('watcher'))
  }

  /** Expects a refusal that has changed and shown nothing. */
  async refuses(code: ErrorCode, call: () => Promise<unknown>): Promise<void> {
    const watcher = await this.watch()
    const before = await this.log.read(this.roomId)
    expect(await refusalOf(call())).toBe(code)
    expect(await this.log.read(this.roomId)).toEqual(before)
    expect(await watcher.seenSoFar()).toEqual([])
    watcher.stop()
  }

  /** Expects a call to return `result` without changing or showing anything. */
  async changesNothing(call: () => Promise<unknown>, result: unknown): Promise<void> {
    const watcher = await this.watch()
    const before = await this.log.read(this.roomId)
    expect(await call()).toEqual(result)
    expect(await this.log.read(this.roomId)).toEqual(before)
    expect(await watcher.seenSoFar()).toEqual([])
    watcher.stop()
  }
}

type WithoutSender<T> = T extends unknown ? Omit<T, 'commandId' | 'by'> : never
/** An amendment without its sender. */
export type AmendmentOf = WithoutSender<Amendment>

export type Piece = string | { readonly text: string; readonly mark: Kind }

/** Creates a room with alice as its owner, and bob and carol. */
export async function aRoom(log: RoomLog, roomId = 'room'): Promise<TestRoom> {
  const room = new TestRoom(log, roomId)
  await log.createRoom(room.newRoom())
  for (const name of ['bob', 'carol']) await room.joins(name)
  return room
}
