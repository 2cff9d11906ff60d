// The generations that this node runs: starts them, tells them when the log has ended them, and brings them
// to their end when the node goes down.
import type { MemberId, RoomId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { LogUpdate, RoomLog, Started } from '../judge/room-log.ts'
import type { Claude, ModelLimits } from './claude.ts'
import { namesOf, readConversation } from './conversation.ts'
import { type Built, type Finished, Generation, type GenerationOptions } from './generation.ts'
import { estimateOf, PromptFit } from './prompt-fit.ts'
import { systemPrompt, turnsOf } from './prompt.ts'
import { retryDelay } from './retry-delay.ts'
import { readSettings } from './settings-at-start.ts'
import { estimateTokens } from './tokens.ts'
import type { GenerationLimits } from './watchdogs.ts'

export interface GenerationsOptions {
  readonly log: RoomLog
  readonly claude: Claude
  readonly clock: Clock
  readonly newId: () => string
  /** A number in [0, 1). */
  readonly chance: () => number
  readonly limits: GenerationLimits
  readonly maxTokens: number
  /** Estimated tokens a prompt may take; the model's own limit may be lower. */
  readonly promptTokens: number
  /** Whether Claude is asked to show its thinking where the room does not say. */
  readonly thinking: boolean
  /** What is known of the models; empty until Claude has told. */
  readonly models: () => readonly ModelLimits[]
  /** Takes a place for an answer of this member, which has started; gives what releases it. */
  readonly hold: (by: MemberId) => () => void
  /** Whether a room in which an answer to this member ends may go on with its next question at once. */
  readonly mayGoOn: (by: MemberId) => boolean
  /** Hears of the tokens of a prompt, as estimated, before Claude is asked. */
  readonly onAsk: (started: Started, tokens: number) => void
  readonly onFinished: (started: Started, finished: Finished) => void
  readonly onError: (started: Started, error: unknown) => void
}

interface Running {
  readonly roomId: RoomId
  readonly generation: Generation
  readonly done: Promise<void>
  /** Of the people of its room, as far as it has heard: whether they are members. */
  readonly members: Map<MemberId, boolean>
}

export class Generations {
  readonly #options: GenerationsOptions
  readonly #running = new Map<string, Running>()
  readonly #fit = new PromptFit()
  #draining = false
  #hasNoPatience = false
  #isOff = false

  constructor(options: GenerationsOptions) {
    this.#options = options
  }

  /** How many run on this node now. */
  get size(): number {
    return this.#running.size
  }

  /** Runs what the log has started for this node, and after it whatever waits in the room's queue. */
  run(started: Started): void {
    const generation = new Generation({
      ...this.#options,
      started,
      prompt: (tooLong) => this.#prompt(started, tooLong),
      nextId: () => (this.#mayGoOn(started) ? this.#options.newId() : null),
      retryDelay: (failure, attempt) => retryDelay(failure, attempt, this.#options.chance()),
    })
    const done = this.#runOne(started, generation).catch((error: unknown) =>
      this.#options.onError(started, error),
    )
    const { roomId, generationId } = started
    this.#running.set(generationId, { roomId, generation, done, members: new Map() })
    if (this.#hasNoPatience) generation.shutdown()
    if (this.#isOff) generation.stopSpending()
  }

  /** Ends whatever runs here, and whatever comes to run, since the operator has switched spending off. */
  stopSpending(): void {
    this.#isOff = true
    for (const { generation } of this.#running.values()) generation.stopSpending()
  }

  #mayGoOn({ by }: Started): boolean {
    return !this.#draining && !this.#isOff && this.#options.mayGoOn(by)
  }

  /**
   * Closes the request of a generation that a member stops while the log cannot take the stop; the log gets it when it can.
   * @returns whether it runs here
   */
  cancel(stop: {
    readonly roomId: RoomId
    readonly generationId: string
    readonly by: MemberId
    readonly reason: string | undefined
  }): boolean {
    const running = this.#running.get(stop.generationId)
    if (running?.roomId !== stop.roomId) return false
    running.generation.cancelled(stop.by, stop.reason)
    return true
  }

  /**
   * Whether somebody is a member of the room of a generation that runs here, as far as it has heard: for a stop while
   * the storage, which knows for certain, is away.
   */
  knowsMember(roomId: RoomId, generationId: string, memberId: MemberId): boolean {
    const running = this.#running.get(generationId)
    return running?.roomId === roomId && running.members.get(memberId) === true
  }

  /**
   * Lets what runs finish for a while, then ends it as `interrupted`. Nothing new starts from queues; what was being
   * started in this moment has the same time. Call it again when nothing can be started any more.
   * @param patienceMs how long generations may still run
   */
  async drain(patienceMs: number): Promise<void> {
    this.#draining = true
    if (this.#running.size === 0) return
    const stop = this.#options.clock.after(patienceMs, () => {
      this.#hasNoPatience = true
      for (const { generation } of this.#running.values()) generation.shutdown()
    })
    while (this.#running.size > 0)
      await Promise.all([...this.#running.values()].map(({ done }) => done))
    stop()
  }

  async #runOne(started: Started, generation: Generation): Promise<void> {
    const onUpdate = (update: LogUpdate) => {
      noticeEnd(update, started, generation)
      noticeMembers(update, this.#running.get(started.generationId)?.members)
    }
    const release = this.#options.hold(started.by)
    const unfollow = await this.#follow(started.roomId, onUpdate)
    try {
      const finished = await generation.run()
      release()
      this.#options.onFinished(started, finished)
      if (finished.next) this.run(finished.next)
    } finally {
      this.#running.delete(started.generationId)
      release()
      unfollow()
    }
  }

  /** A room that is deleted in this moment cannot be followed; the generation notices by itself. */
  async #follow(roomId: RoomId, onUpdate: (update: LogUpdate) => void): Promise<() => void> {
    try {
      return await this.#options.log.follow(roomId, onUpdate)
    } catch {
      // ignored because: every write of the generation is refused the same way and ends it
      return () => undefined
    }
  }

  async #prompt(
    started: Started,
    tooLong: Parameters<GenerationOptions['prompt']>[0],
  ): Promise<Built | null> {
    const { log } = this.#options
    const { roomId, model } = started
    if (tooLong) this.#fit.learn(roomId, tooLong)
    const settings = await readSettings(log, roomId, started.offset)
    const known = this.#running.get(started.generationId)?.members
    // An entry that has come meanwhile is newer.
    for (const { memberId, gone } of settings.current)
      if (!known?.has(memberId)) known?.set(memberId, gone === undefined)
    const system = systemPrompt(settings.instructions)
    const limits = this.#options.models().find(({ id }) => id === model)
    const maxTokens = Math.min(this.#options.maxTokens, limits?.maxOutputTokens || Infinity)
    const most = (limits?.maxInputTokens || Infinity) - maxTokens
    const whole = this.#fit.budget(roomId, model, Math.min(this.#options.promptTokens, most))
    const conversation = await readConversation(log, started, whole - estimateTokens(system))
    const turns = turnsOf(conversation, namesOf(settings.members))
    // The room's own setting comes first; a model that cannot, or is not known, is asked without.
    const thinking = (settings.thinking ?? this.#options.thinking) && limits?.thinks === true
    const prompt = { model, maxTokens, system, turns, thinking }
    // The question itself is always in it, however long it is.
    if (tooLong && estimateOf(prompt) >= estimateOf(tooLong.prompt)) return null
    this.#options.onAsk(started, estimateOf(prompt))
    return { prompt, omitted: conversation.omitted }
  }
}

/** The log tells of an end: by a stop, or by another node. */
function noticeEnd(update: LogUpdate, started: Started, generation: Generation): void {
  if (!('type' in update)) return
  if (update.type === 'deleted') return generation.ended(null)
  if (update.type === 'heartbeat') return
  for (const entry of update.entries)
    if (entry.type === 'generation-ended' && 'digest' in entry && entry.number === started.number)
      generation.ended(entry)
}

/** Whoever comes or goes while it runs. */
function noticeMembers(update: LogUpdate, members: Map<MemberId, boolean> | undefined): void {
  if (!members || !('type' in update) || update.type !== 'entries') return
  for (const entry of update.entries) {
    if (entry.type === 'member-joined' && 'memberId' in entry) members.set(entry.memberId, true)
    if (entry.type === 'member-left' && 'memberId' in entry) members.set(entry.memberId, false)
  }
}
