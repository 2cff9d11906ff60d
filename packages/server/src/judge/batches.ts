// Decides commands of members on this node's knowledge of a room. The log writes the decision if that knowledge is up to date.
// Otherwise this node catches up and decides again: there are no locks, and the order of the log settles races.
//
// This node's knowledge alone is not enough to refuse a command, or to find that it changes nothing. In those cases, too, the
// log is asked first, once the command has arrived. It must confirm that this node knows the current state of the room,
// and that the command was not done before.
import type { Clock } from '@roomcast/shared/clock'
import type { Entry, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { frontOf } from '../decide/cards.ts'
import type { Command, MemberCommand } from '../decide/commands.ts'
import { decide, doesFree, factsFor, RULES_VERSION, subjectOf } from '../decide/decide.ts'
import type { Docket } from '../decide/docket.ts'
import { withDrafts } from '../decide/fold.ts'
import { actorOf } from '../decide/gone.ts'
import type { Decision } from '../decide/rule.ts'
import type { Decided, EntryLog, Written } from '../log/entry-log.ts'
import { type Known, unknown } from '../log/known.ts'
import { startedIn } from '../log/started.ts'
import { BatchFacts } from './batch-facts.ts'
import { type Dockets, toBeSaved } from './dockets.ts'
import { faultIn, type OnFault } from './faults.ts'
import { Row, type Waiting } from './row.ts'
import { Turn } from './turn.ts'

/** How long a command may wait for the commands before it, ms. After that it is refused; it was never sent. */
const MAY_WAIT_MS = 2500
/** Maximum number of commands waiting in one room. */
const MOST_WAITING = 2000

/** A command that is decided together with others: any command but an end. */
type BatchedCommand = Exclude<Command, { readonly type: 'end' }>

interface BatchesOptions {
  readonly log: EntryLog
  readonly dockets: Dockets
  readonly clock: Clock
  readonly onFault: OnFault
  /** Commands that arrive in a room before this resolves are decided together. */
  readonly gather: () => Promise<void>
}

interface Item extends Waiting {
  readonly command: BatchedCommand
  /** The epoch of the room that the command creates. */
  readonly creates: string | null
  readonly arrived: number
  resolve(written: Written): void
  reject(error: unknown): void
}

export class Batches {
  readonly #options: BatchesOptions
  /** The rows of the rooms in which something is being decided. */
  readonly #rows = new Map<RoomId, Row<Item>>()

  constructor(options: BatchesOptions) {
    this.#options = options
  }

  /**
   * @param creates the epoch of the room to create; null: the room exists
   * @throws Refusal, AdmissionChanged by the decision, or because of the state of the storage
   */
  add(roomId: RoomId, command: BatchedCommand, creates: string | null = null): Promise<Written> {
    return new Promise((resolve, reject) => {
      const name = nameOf(command)
      const item = {
        command,
        creates,
        arrived: this.#options.clock.now(),
        name: name && `${name.by} ${name.id}`,
        // `seen` is compared with an offset, and the drafts before it in a batch have no offset yet.
        isFirst: creates !== null || (command.type === 'join' && command.seen !== undefined),
        kind: doesFree(command) ? 'frees' : 'adds',
        bytes: byteLength(JSON.stringify(command)),
        resolve,
        reject,
      }
      if ((this.#rows.get(roomId)?.length ?? 0) < MOST_WAITING) this.#enqueue(roomId, item)
      else reject(new Refusal('storage-unavailable'))
    })
  }

  #enqueue(roomId: RoomId, one: Item): void {
    const waiting = this.#rows.get(roomId)
    if (waiting) return waiting.add(one)
    const row = new Row<Item>()
    this.#rows.set(roomId, row)
    row.add(one)
    void this.#workOff(roomId, row)
  }

  async #workOff(roomId: RoomId, row: Row<Item>): Promise<void> {
    await this.#options.gather()
    while (row.length > 0) await this.#decide(roomId, row.take())
    this.#rows.delete(roomId)
  }

  /** Answers every item; never throws. */
  async #decide(roomId: RoomId, batch: readonly Item[]): Promise<void> {
    const { log, dockets, clock } = this.#options
    const since = clock.now() - MAY_WAIT_MS
    const overdue = batch.filter(({ arrived }) => arrived < since)
    for (const item of overdue) item.reject(new Refusal('storage-unavailable'))
    let open = batch.filter((item) => !overdue.includes(item))
    try {
      const turn = new Turn(clock)
      while (open.length > 0) {
        const [known, facts] = await this.#knownFor(roomId, open, turn)
        const { decided, after } = this.#decideAll(known.docket, open, facts)
        const creates = open[0]?.creates !== null
        // Otherwise an empty room would be created.
        if (creates && decided[0]?.refusal) throw decided[0].refusal
        const frees = open[0]?.kind === 'frees'
        const writes = decided.some(({ drafts }) => drafts.length > 0)
        const saving = writes ? toBeSaved(known, frees) : {}
        const appended = await log.append(roomId, {
          footing: known,
          creates,
          rules: RULES_VERSION,
          decided,
          front: frontOf(after),
          frees,
          first: false,
          losses: turn.losses,
          ...saving,
        })
        switch (appended.type) {
          case 'ok':
            dockets.wrote(roomId, known, appended.entries, 'docket' in saving)
            return settle(roomId, open, decided, appended.entries)
          case 'done':
            open = open.filter((item, index) => !answered(item, appended.answers[index] ?? null))
            break
          case 'moved':
            turn.lost()
            await dockets.catchUp(roomId, known, appended)
            break
          default:
            throw new Error(`a batch that ends nothing was answered ${appended.type}`)
        }
      }
    } catch (error) {
      dockets.failed(roomId, error)
      for (const item of open) item.reject(error)
    }
  }

  /** The room as this node knows it, and the facts that the commands need, on the same ground. */
  async #knownFor(
    roomId: RoomId,
    items: readonly Item[],
    turn: Turn,
  ): Promise<[Known, BatchFacts]> {
    const { log, dockets } = this.#options
    const creates = items[0]?.creates ?? null
    if (creates !== null) return [unknown(creates), new BatchFacts()]
    let known = await dockets.of(roomId)
    const ids = [...new Set(items.flatMap(({ command }) => subjectOf(command) ?? []))]
    if (ids.length === 0) return [known, new BatchFacts()]
    for (;;) {
      const answer = await log.find(roomId, ids, known, turn.losses)
      if (answer.type === 'found') return [known, new BatchFacts(ids, answer.found)]
      turn.lost()
      known = await dockets.catchUp(roomId, known, answer)
    }
  }

  /** Decides the commands one after the other, each on the state that the ones before leave. */
  #decideAll(
    docket: Docket,
    items: readonly Item[],
    facts: BatchFacts,
  ): { readonly decided: readonly Decided[]; readonly after: Docket } {
    let after = docket
    const decided = items.map(({ command }) => {
      const one = this.#decideOne(after, command, facts)
      after = withDrafts(after, one.drafts)
      facts.add(one.drafts)
      return one
    })
    return { decided, after }
  }

  #decideOne(docket: Docket, command: BatchedCommand, facts: BatchFacts): Decided {
    const decision = this.#readable(command, decide(docket, command, factsFor(command, facts)))
    const isRefused = decision instanceof Error
    return {
      name: nameOf(command),
      proposes: 'generationId' in command ? (command.generationId ?? undefined) : undefined,
      posts: command.type === 'post' ? command : undefined,
      refusal: isRefused ? decision : null,
      drafts: isRefused ? [] : decision,
    }
  }

  /** Refuses a decision with entries that could not be read back. */
  #readable(command: BatchedCommand, decision: Decision): Decision {
    const fault = decision instanceof Error ? null : faultIn(decision)
    if (fault === null) return decision
    this.#options.onFault(command.type, fault)
    return new Refusal('internal')
  }
}

/** The name by which the log remembers a command; null: no member sent it. */
function nameOf(command: BatchedCommand): Decided['name'] {
  if (!isOfMember(command)) return null
  const kind = command.type === 'start' ? command.mode : command.type
  return { by: actorOf(command), id: command.commandId, kind }
}

function isOfMember(command: BatchedCommand): command is MemberCommand {
  return 'commandId' in command
}

/** Answers all items of a batch that was written. @param entries of all items, in order */
function settle(
  roomId: RoomId,
  items: readonly Item[],
  decided: readonly Decided[],
  entries: readonly Entry[],
): void {
  let from = 0
  for (const [index, item] of items.entries()) {
    const { drafts = [], refusal = null, proposes } = decided[index] ?? {}
    const own = entries.slice(from, (from += drafts.length))
    if (refusal) item.reject(refusal)
    else item.resolve({ entries: own, started: startedIn(roomId, own, proposes) })
  }
}

/** Answers an item that was done before. @returns whether it was */
function answered(item: Item, answer: Written | Error | null): boolean {
  if (answer instanceof Error) item.reject(answer)
  else if (answer) item.resolve(answer)
  return answer !== null
}
