// This node's metrics for Prometheus. The measured parts know nothing of them: their ports are wrapped,
// and they call back. The only folder that imports prom-client.
import type { Server } from 'node:http'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Command, MemberId } from '@roomcast/shared/protocol'
import { commandSchemas, ERROR_CODES } from '@roomcast/shared/protocol'
import { FAILURES } from '../generation/claude.ts'
import type { Finished } from '../generation/generation.ts'
import type { RoomLog, Started } from '../judge/room-log.ts'
import type { ScriptFault } from '../redis/refusals.ts'
import type { FanOut } from '../room/connection.ts'
import { memberLabel } from '../spending/member-label.ts'
import {
  type BORDERS,
  type END_REASONS,
  type Instruments,
  makeInstruments,
  type Readings,
} from './instruments.ts'
import { MeteredFanOut } from './metered-fan-out.ts'
import { MeteredRoomLog } from './metered-room-log.ts'
import { SentBytes } from './sent-bytes.ts'
import { UnderWay } from './under-way.ts'

/** Limit on members with token metrics of their own. */
const MOST_MEMBERS = 200

interface MetricsOptions {
  /** Monotonic time, s. */
  readonly seconds: () => number
  readonly readings: Readings
}

export class Metrics {
  readonly #registry = new Registry()
  readonly #seconds: () => number
  readonly #instruments: Instruments
  readonly #sent = new SentBytes()
  /** The part of the sent bytes that has been counted. */
  #sentCounted = 0
  readonly #texts: UnderWay
  readonly #stops: UnderWay
  /** The members with token metrics of their own. */
  readonly #members = new Set<MemberId>()

  /** Starts measuring the process (prom-client's default metrics); `readings` are not read before `exposition`. */
  constructor({ seconds, readings }: MetricsOptions) {
    this.#seconds = seconds
    this.#texts = new UnderWay(seconds)
    this.#stops = new UnderWay(seconds)
    this.#instruments = makeInstruments(this.#registry, readings)
    collectDefaultMetrics({ register: this.#registry })
  }

  /** Wraps a log to measure it. */
  ofLog(log: RoomLog): RoomLog {
    const [instruments, seconds] = [this.#instruments, this.#seconds]
    return new MeteredRoomLog({
      log,
      instruments,
      seconds,
      texts: this.#texts,
      stops: this.#stops,
    })
  }

  /** Wraps a fan-out to measure it. */
  ofFanOut(fanOut: FanOut): FanOut {
    const [instruments, seconds] = [this.#instruments, this.#seconds]
    return new MeteredFanOut({ fanOut, instruments, seconds, texts: this.#texts })
  }

  /** Counts the bytes that this server sends from now on. */
  watchServer(http: Server): void {
    this.#sent.watch(http)
  }

  /**
   * Counts a command from a socket.
   * @param type as sent; an unknown type counts as `unknown`
   * @returns a function to call with the answer: the code of a refusal, or null
   */
  command(type: unknown): (code: string | null) => void {
    const { commands, cancel } = this.#instruments
    const known = isCommand(type) ? type : 'unknown'
    const began = this.#seconds()
    commands.inc({ type: known })
    return (code) => {
      if (code !== null) this.refused('socket', code)
      else if (known === 'cancel') cancel.observe(this.#seconds() - began)
    }
  }

  /** Counts a refusal. */
  refused(over: (typeof BORDERS)[number], code: string): void {
    const known = Object.hasOwn(ERROR_CODES, code) ? code : 'internal'
    this.#instruments.refusals.inc({ over, code: known })
  }

  /** Counts a connection that this node has closed. */
  connectionEnded(why: (typeof END_REASONS)[number]): void {
    this.#instruments.connectionsEnded.inc({ why })
  }

  /** Counts a new epoch of a room whose end Redis had lost. */
  epochRotated(): void {
    this.#instruments.epochsRotated.inc()
  }

  /** Counts lost entries: those written again, and those that no longer have a place. */
  reasserted(written: number, missing: number): void {
    this.#instruments.entriesReasserted.inc(written)
    this.#instruments.entriesDropped.inc(missing)
  }

  /** Counts a failed repair of a room. */
  repairFailed(): void {
    this.#instruments.repairsFailed.inc()
  }

  /** Counts a Redis script that failed. */
  scriptFailed(fault: ScriptFault): void {
    this.#instruments.scriptErrors.inc({ code: fault })
  }

  /** Counts watchers that got the whole room because they had another history of it. */
  corrected(screens: number): void {
    this.#instruments.screensCorrected.inc(screens)
  }

  /** Counts a generation that this node ran, and times the closing of its request. */
  generationFinished({ generationId, model, by }: Started, { ended, usage }: Finished): void {
    const { generationsEnded, cancelUpstream, tokens } = this.#instruments
    const member = this.#labelOf(by)
    tokens.inc({ model, member, kind: 'prompt' }, usage.inputTokens)
    tokens.inc({ model, member, kind: 'answer' }, usage.outputTokens)
    const outcome = ended?.outcome ?? 'unknown'
    const code = outcome === 'failed' ? failureCode(ended?.error?.code) : 'none'
    generationsEnded.inc({ outcome, code })
    const since = this.#stops.end(generationId)
    if (since !== null && outcome === 'cancelled') cancelUpstream.observe(since)
  }

  /** A label per member without a limit would grow forever. */
  #labelOf(memberId: MemberId): string {
    if (!this.#members.has(memberId)) {
      if (this.#members.size >= MOST_MEMBERS) return 'others'
      this.#members.add(memberId)
    }
    return memberLabel(memberId)
  }

  /** All current metrics in the text format of Prometheus. */
  async exposition(): Promise<{ contentType: string; text: string }> {
    const { total } = this.#sent
    this.#instruments.sentBytes.inc(total - this.#sentCounted)
    this.#sentCounted = total
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }
}

function isCommand(type: unknown): type is Command['type'] {
  return typeof type === 'string' && Object.hasOwn(commandSchemas, type)
}

/** Bounds the label: the code comes from a log that another version may have written. */
function failureCode(code: string | undefined): string {
  if (code === undefined) return 'none'
  return Object.hasOwn(FAILURES, code) || Object.hasOwn(ERROR_CODES, code) ? code : 'other'
}
