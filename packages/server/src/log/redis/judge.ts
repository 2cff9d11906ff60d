// Decides commands (decide/) on what this node knows of a room, and has it written where that is how the room stands. Else it
// catches up and decides again: who comes first is decided by the order of the log, as nobody waits for a lock.
//
// Nothing is refused or answered empty by what is known here alone: the storage has told, after the command came, that the
// room stands so and that the command was not done before.
import type { Entry, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import { type Command, FREES, type MemberCommand } from '../../decide/commands.ts'
import { decide } from '../../decide/decide.ts'
import { type Docket, EMPTY_DOCKET } from '../../decide/docket.ts'
import { type Draft, withDrafts } from '../../decide/draft.ts'
import { factsFor, NO_FACTS, subjectOf } from '../../decide/facts.ts'
import { actorOf, refusedAsGone } from '../../decide/gone.ts'
import type { EndResult, NewEnd, Written } from '../room-log.ts'
import { startedIn } from './answers.ts'
import {
  type Append,
  type Appended,
  appendedIn,
  type Decided,
  type Ending,
  savesDocket,
  valuesOf,
} from './appending.ts'
import type { Caller } from './caller.ts'
import type { Dockets, Moved } from './dockets.ts'
import { BatchFacts, type FoundFact } from './facts.ts'
import type { Keys } from './keys.ts'
import { afterAppend, type Known, NO_GROUND } from './known.ts'
import { Row, type Waiting } from './row.ts'

/** How long one batch is decided again and again, ms; the room is reserved long before. */
const MOST_MS = 5000
/** After so many losses others wait: for an end, and for anything else. */
const LOSSES = { end: 1, other: 3 }
/** For how long they wait: so many round trips, but neither less nor more than this, ms. */
const RESERVE_TRIPS = 4
const RESERVE_MS = { least: 250, most: 1000 }
/** How long one waits whose turn it is not, before it asks again, ms. */
const PAUSE_MS = 20
/** A command that has waited so long for those before it was never sent, and is not any more, ms. */
const MAY_WAIT_MS = 2500
/** Commands that wait in one room. */
const MOST_WAITING = 2000

export interface JudgeOptions {
  readonly caller: Caller
  readonly keys: Keys
  readonly dockets: Dockets
  readonly clock: Clock
  /** Tells this node from all others. */
  readonly node: string
}

/** How an end went that may be another's: also that its owner `lives`, or that the look at it is `stale`. */
export type Ended =
  | EndResult
  | { readonly ok: false; readonly refused: 'lives' }
  | { readonly ok: false; readonly refused: 'stale'; readonly now: number }

interface Item extends Waiting {
  readonly command: Exclude<Command, { type: 'end' }>
  /** The epoch of the room that is made. */
  readonly creates: string | null
  readonly arrived: number
  resolve(written: Written): void
  reject(error: unknown): void
}

export class Judge {
  readonly #options: JudgeOptions
  /** Of rooms in which something is being decided. */
  readonly #rows = new Map<RoomId, Row<Item>>()
  /** How long the last append took, ms. */
  #trip = 0

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /**
   * @param creates the epoch of a room that is made
   * @throws Refusal, AdmissionChanged as it is decided, or the state of Redis
   */
  command(
    roomId: RoomId,
    command: MemberCommand | Extract<Command, { type: 'promote' }>,
    creates: string | null = null,
  ): Promise<Written> {
    return new Promise((resolve, reject) => {
      const item = {
        command,
        creates,
        arrived: this.#options.clock.now(),
        name: command.type === 'promote' ? null : nameOf(command).field,
        // Who joins has seen the room up to an offset; that of a draft is not known yet.
        begins: creates !== null || (command.type === 'join' && command.seen !== undefined),
        kind: FREES[command.type] ? 'frees' : 'adds',
        bytes: byteLength(JSON.stringify(command)),
        resolve,
        reject,
      }
      if ((this.#rows.get(roomId)?.length ?? 0) < MOST_WAITING) this.#add(roomId, item)
      else reject(new Refusal('storage-unavailable'))
    })
  }

  #add(roomId: RoomId, one: Item): void {
    const waiting = this.#rows.get(roomId)
    if (waiting) return waiting.add(one)
    const row = new Row<Item>()
    this.#rows.set(roomId, row)
    row.add(one)
    void this.#workOff(roomId, row)
  }

  async #workOff(roomId: RoomId, row: Row<Item>): Promise<void> {
    // Those that come at the same moment go together.
    await Promise.resolve()
    while (row.length > 0) await this.#decide(roomId, row.take())
    this.#rows.delete(roomId)
  }

  /** Every item is answered; never throws. */
  async #decide(roomId: RoomId, batch: readonly Item[]): Promise<void> {
    const isOverdue = ({ arrived }: Item) => this.#options.clock.now() - arrived > MAY_WAIT_MS
    for (const item of batch) if (isOverdue(item)) item.reject(new Refusal('storage-unavailable'))
    let open = batch.filter((item) => !isOverdue(item))
    try {
      const turn = this.#newTurn(LOSSES.other)
      while (open.length > 0) {
        const [known, facts] = await this.#knownFor(roomId, open, turn)
        const { judged, after } = decideAll(known.docket, open, facts)
        const appended = await this.#append(roomId, {
          known,
          decided: judged,
          after,
          creates: open[0]?.creates !== null,
          frees: open[0]?.kind === 'frees',
          node: this.#options.node,
          reserves: turn.reserves,
        })
        switch (appended.type) {
          case 'ok':
            this.#keep(roomId, known, appended.entries)
            return settle(roomId, open, judged, appended.entries)
          case 'done':
            open = open.filter((item, index) => !answered(item, appended.answers[index] ?? null))
            break
          case 'moved':
            turn.lost()
            await this.#options.dockets.catchUp(roomId, known, appended.moved)
            break
          case 'reserved':
            await this.#pause(turn, appended.forMs)
            break
          default:
            throw new Error(`a batch that ends nothing was answered ${appended.type}`)
        }
      }
    } catch (error) {
      for (const item of open) item.reject(error)
    }
  }

  /**
   * Ends a generation. Goes by itself and at once, whatever else is being decided in the room.
   * @throws Refusal `generation-not-found`, `removed`, or the state of Redis
   */
  async end(
    roomId: RoomId,
    end: NewEnd,
    more: Pick<Ending, 'looked' | 'final'> = {},
  ): Promise<Ended> {
    const { dockets, node } = this.#options
    const { generationId: id, fence, next } = end
    const command = { type: 'end', ...end } as const
    for (const turn = this.#newTurn(LOSSES.end); ;) {
      const known = await dockets.of(roomId)
      const gone = refusedAsGone(known.docket, command)
      const runs = known.docket.running === id && !gone
      const drafts = runs ? (decide(known.docket, command, NO_FACTS) as readonly Draft[]) : []
      const appended = await this.#append(roomId, {
        known,
        decided: [{ field: undefined, kind: 'end', proposes: undefined, refusal: null, drafts }],
        ...(gone ? {} : { ends: { id, fence, next, ...more } }),
        after: withDrafts(known.docket, drafts),
        first: true,
        frees: true,
        node,
        reserves: turn.reserves,
      })
      switch (appended.type) {
        case 'ok': {
          if (gone) throw gone
          const { entries } = appended
          const [ended] = entries
          if (ended?.type !== 'generation-ended') {
            // It runs, and what is known of the room does not say so: its start was heard of and cannot be read.
            turn.lost()
            dockets.forget(roomId)
            break
          }
          this.#keep(roomId, known, entries)
          return { ok: true, entries, ended, started: startedIn(roomId, entries, next) }
        }
        case 'moved':
          turn.lost()
          await dockets.catchUp(roomId, known, appended.moved)
          break
        default:
          return endedBefore(roomId, appended, next)
      }
    }
  }

  /** What is known of the room, and what its commands ask for, on the same ground. */
  async #knownFor(
    roomId: RoomId,
    items: readonly Item[],
    turn: Turn,
  ): Promise<[Known, BatchFacts]> {
    const { caller, keys, dockets, node } = this.#options
    const creates = items[0]?.creates ?? null
    if (creates !== null) {
      const made = { epoch: creates, docket: EMPTY_DOCKET, ground: NO_GROUND, unsaved: 0 }
      return [made, new BatchFacts()]
    }
    let known = await dockets.of(roomId)
    const ids = [...new Set(items.flatMap(({ command }) => subjectOf(command) ?? []))]
    if (ids.length === 0) return [known, new BatchFacts()]
    for (;;) {
      const { epoch, ground } = known
      const values = [epoch, ground.offset, ground.mark, node, turn.reserves, ...ids]
      const answer = await caller.run('facts', keys.all(roomId), values)
      if (answer[0] !== 'moved')
        return [known, new BatchFacts(ids, answer[1] as readonly FoundFact[])]
      turn.lost()
      known = await dockets.catchUp(roomId, known, answer as unknown as Moved)
    }
  }

  async #append(roomId: RoomId, append: Append): Promise<Appended> {
    const { caller, keys, dockets, clock } = this.#options
    const asked = clock.now()
    try {
      const name = append.frees ? 'append-freeing' : 'append'
      const answer = await caller.run(name, keys.all(roomId), valuesOf(append))
      return appendedIn(roomId, answer)
    } catch (error) {
      // Whatever may have been done, the next look at the room is a fresh one.
      dockets.forget(roomId)
      throw error
    } finally {
      this.#trip = clock.now() - asked
    }
  }

  /** Unless it has been heard of already. */
  #keep(roomId: RoomId, decidedOn: Known, entries: readonly Entry[]): void {
    const { dockets } = this.#options
    const known = dockets.kept(roomId) ?? decidedOn
    if (known.epoch !== decidedOn.epoch || known.ground.mark !== decidedOn.ground.mark) return
    const unsaved = savesDocket(decidedOn) ? 0 : known.unsaved
    dockets.keep(roomId, afterAppend({ ...known, unsaved }, entries))
  }

  #newTurn(patience: number): Turn {
    const { clock } = this.#options
    const { least, most } = RESERVE_MS
    const reserveMs = () => Math.min(Math.max(least, RESERVE_TRIPS * this.#trip), most)
    return new Turn(clock, patience, reserveMs)
  }

  async #pause(turn: Turn, mostMs: number): Promise<void> {
    const { clock } = this.#options
    turn.requireTime()
    await new Promise<void>((resolve) => void clock.after(Math.min(mostMs, PAUSE_MS), resolve))
  }
}

/** How one batch, or one end, fares against those of other nodes. */
class Turn {
  readonly #clock: Clock
  readonly #began: number
  readonly #patience: number
  readonly #reserveMs: () => number
  #losses = 0

  /** @param patience losses after which others are to wait */
  constructor(clock: Clock, patience: number, reserveMs: () => number) {
    this.#clock = clock
    this.#began = clock.now()
    this.#patience = patience
    this.#reserveMs = reserveMs
  }

  /** For how long others are to wait, ms; 0: not at all. */
  get reserves(): number {
    return this.#losses < this.#patience ? 0 : this.#reserveMs()
  }

  /** Somebody else was first. @throws Refusal `storage-unavailable` where that goes on for too long */
  lost(): void {
    this.#losses += 1
    this.requireTime()
  }

  requireTime(): void {
    if (this.#clock.now() - this.#began > MOST_MS) throw new Refusal('storage-unavailable')
  }
}

/** Decides one after the other, each on what the ones before leave. */
function decideAll(
  docket: Docket,
  items: readonly Item[],
  facts: BatchFacts,
): { readonly judged: readonly Decided[]; readonly after: Docket } {
  let after = docket
  const judged = items.map(({ command }) => {
    const decision = decide(after, command, factsFor(command, facts))
    const refusal = decision instanceof Error ? decision : null
    const drafts = decision instanceof Error ? [] : decision
    after = withDrafts(after, drafts)
    facts.add(drafts)
    return { ...namesOf(command), refusal, drafts }
  })
  return { judged, after }
}

function namesOf(command: Item['command']): Pick<Decided, 'field' | 'kind' | 'proposes' | 'posts'> {
  const proposes = 'generationId' in command ? (command.generationId ?? undefined) : undefined
  if (command.type === 'promote') return { field: undefined, kind: command.type, proposes }
  const posts = command.type === 'post' ? command : undefined
  return { ...nameOf(command), proposes, posts }
}

/** By what the log remembers a command. */
export function nameOf(command: MemberCommand): { readonly field: string; readonly kind: string } {
  const field = `${actorOf(command)} ${command.commandId}`
  return { field, kind: command.type === 'start' ? command.mode : command.type }
}

/** Answers all of a batch that was written. @param entries of all, in their order */
function settle(
  roomId: RoomId,
  items: readonly Item[],
  judged: readonly Decided[],
  entries: readonly Entry[],
): void {
  let from = 0
  for (const [index, item] of items.entries()) {
    const { drafts = [], refusal = null, proposes } = judged[index] ?? {}
    const own = entries.slice(from, (from += drafts.length))
    if (refusal) item.reject(refusal)
    else item.resolve({ entries: own, started: startedIn(roomId, own, proposes) })
  }
}

/** Answers what was done before. @returns whether it was */
function answered(item: Item, answer: Written | Error | null): boolean {
  if (answer instanceof Error) item.reject(answer)
  else if (answer) item.resolve(answer)
  return answer !== null
}

function endedBefore(
  roomId: RoomId,
  appended: Exclude<Appended, { type: 'ok' | 'moved' }>,
  next: GenerationId | null,
): Ended {
  switch (appended.type) {
    case 'ended': {
      const { ended, start } = appended
      if (!start) return { ok: false, refused: 'ended', ended }
      const entries = [ended, start]
      return { ok: true, entries, ended, started: startedIn(roomId, entries, next) }
    }
    case 'elsewhere':
      return { ok: false, refused: 'elsewhere', end: appended.end }
    case 'stale':
      return { ok: false, refused: 'stale', now: appended.now }
    case 'fenced':
    case 'lives':
      return { ok: false, refused: appended.type }
    default:
      throw new Error(`an end was answered ${appended.type}`)
  }
}
