// The figures of this node for Prometheus. The parts that are measured know nothing of it: their ports are wrapped,
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

/** Members whose tokens are told apart. */
const MOST_MEMBERS = 200

interface MetricsOptions {
  /** Seconds, never set back. */
  readonly seconds: () => number
  readonly readings: Readings
}

export class Metrics {
  readonly #registry = new Registry()
  readonly #seconds: () => number
  readonly #instruments: Instruments
  readonly #sent = new SentBytes()
  /** So much of it has been counted. */
  #sentCounted = 0
  readonly #texts: UnderWay
  readonly #stops: UnderWay
  /** Those whose tokens are told apart. */
  readonly #members = new Set<MemberId>()

  /** Begins to measure the process (prom-client's default metrics); `readings` are not read before `exposition`. */
  constructor({ seconds, readings }: MetricsOptions) {
    this.#seconds = seconds
    this.#texts = new UnderWay(seconds)
    this.#stops = new UnderWay(seconds)
    this.#instruments = makeInstruments(this.#registry, readings)
    collectDefaultMetrics({ register: this.#registry })
  }

  /** The same log, measured. */
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

  /** The same fan-out, measured. */
  ofFanOut(fanOut: FanOut): FanOut {
    const [instruments, seconds] = [this.#instruments, this.#seconds]
    return new MeteredFanOut({ fanOut, instruments, seconds, texts: this.#texts })
  }

  /** Counts what this server sends from now on. */
  watchServer(http: Server): void {
    this.#sent.watch(http)
  }

  /**
   * A command has come over a socket.
   * @param type as its sender says; whatever is no command counts as `unknown`
   * @returns to be called when it is answered, with the code of its refusal or null
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

  /** Somebody was refused something. */
  refused(over: (typeof BORDERS)[number], code: string): void {
    const known = Object.hasOwn(ERROR_CODES, code) ? code : 'internal'
    this.#instruments.refusals.inc({ over, code: known })
  }

  /** This node has ended a connection. */
  connectionEnded(why: (typeof END_REASONS)[number]): void {
    this.#instruments.connectionsEnded.inc({ why })
  }

  /** Redis had lost the end of a room, which has a new epoch now. */
  epochRotated(): void {
    this.#instruments.epochsRotated.inc()
  }

  /** Of entries that Redis had lost, so many were written again, and so many had no place any more. */
  reasserted(written: number, missing: number): void {
    this.#instruments.entriesReasserted.inc(written)
    this.#instruments.entriesDropped.inc(missing)
  }

  /** A room could not be given what Redis had lost of it. */
  repairFailed(): void {
    this.#instruments.repairsFailed.inc()
  }

  /** A script of Redis did not come to its end. */
  scriptFailed(fault: ScriptFault): void {
    this.#instruments.scriptErrors.inc({ code: fault })
  }

  /** Watchers were given a room anew that they had another history of. */
  corrected(screens: number): void {
    this.#instruments.screensCorrected.inc(screens)
  }

  /** A generation that this node ran is over, and its request to Claude closed. */
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

  /** Figures of each member apart would grow without end. */
  #labelOf(memberId: MemberId): string {
    if (!this.#members.has(memberId)) {
      if (this.#members.size >= MOST_MEMBERS) return 'others'
      this.#members.add(memberId)
    }
    return memberLabel(memberId)
  }

  /** All figures as they are now, in Prometheus' text format. */
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

/** The codes come from a log that another version may have written. */
function failureCode(code: string | undefined): string {
  if (code === undefined) return 'none'
  return Object.hasOwn(FAILURES, code) || Object.hasOwn(ERROR_CODES, code) ? code : 'other'
}
