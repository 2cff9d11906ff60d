// The generations that run on this node: starts them, tells them when the log has ended them, and brings them
// to their end when the node shuts down.
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
  /** Limit on a prompt's estimated tokens; the model's own limit may be lower. */
  readonly promptTokens: number
  /** Whether Claude is asked to show its thinking in rooms without a setting of their own. */
  readonly thinking: boolean
  /** The known models; empty until Claude has listed them. */
  readonly models: () => readonly ModelLimits[]
  /** Takes a slot for a member's answer that has started; returns the function that releases it. */
  readonly hold: (by: MemberId) => () => void
  /** Whether a room may start its next question at once when an answer to this member ends. */
  readonly mayGoOn: (by: MemberId) => boolean
  /** Called with the estimated tokens of a prompt before Claude is asked. */
  readonly onAsk: (started: Started, tokens: number) => void
  readonly onFinished: (started: Started, finished: Finished) => void
  readonly onError: (started: Started, error: unknown) => void
}

interface Running {
  readonly roomId: RoomId
  readonly generation: Generation
  readonly done: Promise<void>
  /** Whether each person this generation has heard of is a member of its room. */
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

  /** The number of generations that run on this node. */
  get size(): number {
    return this.#running.size
  }

  /** Runs a generation that the log has started for this node, and then the questions queued in its room. */
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

  /** Ends every generation here, also those started from now on: the operator has switched spending off. */
  stopSpending(): void {
    this.#isOff = true
    for (const { generation } of this.#running.values()) generation.stopSpending()
  }

  #mayGoOn({ by }: Started): boolean {
    return !this.#draining && !this.#isOff && this.#options.mayGoOn(by)
  }

  /**
   * Closes the request of a generation whose stop the log cannot take now; the log gets the stop as soon as it can.
   * @returns whether the generation runs here
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
   * Whether a generation that runs here knows this person as a member of its room: for a stop while the storage, the
   * only
   * certain source, is away.
   */
  knowsMember(roomId: RoomId, generationId: string, memberId: MemberId): boolean {
    const running = this.#running.get(generationId)
    return running?.roomId === roomId && running.members.get(memberId) === true
  }

  /**
   * Waits for running generations to finish, then ends the rest as `interrupted`. Nothing new starts from queues;
   * a generation that is just being started gets the same time. Call it again once no more generations can start.
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

  /** A room that was just deleted cannot be followed; the generation then finds out by itself. */
  async #follow(roomId: RoomId, onUpdate: (update: LogUpdate) => void): Promise<() => void> {
    try {
      return await this.#options.log.follow(roomId, onUpdate)
    } catch {
      // ignored because: every write of the generation is refused in the same way, which ends it
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
    // An entry that arrived meanwhile is newer than these settings.
    for (const { memberId, gone } of settings.current)
      if (!known?.has(memberId)) known?.set(memberId, gone === undefined)
    const system = systemPrompt(settings.instructions)
    const limits = this.#options.models().find(({ id }) => id === model)
    const maxTokens = Math.min(this.#options.maxTokens, limits?.maxOutputTokens || Infinity)
    const most = (limits?.maxInputTokens || Infinity) - maxTokens
    const whole = this.#fit.budget(roomId, model, Math.min(this.#options.promptTokens, most))
    const conversation = await readConversation(log, started, whole - estimateTokens(system))
    const turns = turnsOf(conversation, namesOf(settings.members))
    // The room's own setting takes precedence; thinking is only requested from models known to support it.
    const thinking = (settings.thinking ?? this.#options.thinking) && limits?.thinks === true
    const prompt = { model, maxTokens, system, turns, thinking }
    // The question is always included, so a long question can keep the prompt from getting shorter.
    if (tooLong && estimateOf(prompt) >= estimateOf(tooLong.prompt)) return null
    this.#options.onAsk(started, estimateOf(prompt))
    return { prompt, omitted: conversation.omitted }
  }
}

/** Passes on an end from the log: a stop, or an end by another node. */
function noticeEnd(update: LogUpdate, started: Started, generation: Generation): void {
  if (!('type' in update)) return
  if (update.type === 'deleted') return generation.ended(null)
  if (update.type === 'heartbeat') return
  for (const entry of update.entries)
    if (entry.type === 'generation-ended' && 'digest' in entry && entry.number === started.number)
      generation.ended(entry)
}

/** Records members who join or leave while the generation runs. */
function noticeMembers(update: LogUpdate, members: Map<MemberId, boolean> | undefined): void {
  if (!members || !('type' in update) || update.type !== 'entries') return
  for (const entry of update.entries) {
    if (entry.type === 'member-joined' && 'memberId' in entry) members.set(entry.memberId, true)
    if (entry.type === 'member-left' && 'memberId' in entry) members.set(entry.memberId, false)
  }
}
