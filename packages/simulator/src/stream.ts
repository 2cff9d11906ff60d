/**
 * Writes one answer as an event stream, with the fault of its scenario.
 * Stops generating the moment the connection is gone. The content is decided elsewhere.
 */
import { padded, encodeEvent, frame, ping, type StreamEvent } from './wire.ts'
import { errorBody } from './errors.ts'
import type { Outlet } from './outlet.ts'
import type { Pace, Timing } from './pace.ts'
import type { Random } from './random.ts'
import type { Fault, StreamPlan } from './plan.ts'
import { script, type Answer, type Step } from './script.ts'

/** The limit of timers. */
const LONGEST_SLEEP_MS = 2_147_483_647

type StreamOptions = {
  readonly plan: StreamPlan
  readonly pace: Pace
  /** Length of the silence of the act `pause`, milliseconds. */
  readonly holdMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly timing: Timing
  readonly random: Random
}

/** Resolves when the answer is over, in whatever way. */
export function streamAnswer(
  outlet: Outlet,
  answer: Answer,
  options: StreamOptions,
): Promise<void> {
  return new AnswerStream(outlet, options).play(answer)
}

class AnswerStream {
  readonly #outlet: Outlet
  readonly #options: StreamOptions
  #faultDone = false
  #over = false

  constructor(outlet: Outlet, options: StreamOptions) {
    this.#outlet = outlet
    this.#options = options
  }

  async play(answer: Answer): Promise<void> {
    const { plan, pace, random, headers } = this.#options
    this.#outlet.open(200, headers, plan.bytes)
    if (plan.fault?.at === 'headers') await this.#act(plan.fault)
    for (const step of script(answer, { pace, cutPairs: plan.cutPairs === true }, random)) {
      if (this.#isOver()) return
      if (this.#isDueBefore(step)) await this.#act(this.#options.plan.fault)
      if (this.#isOver()) return
      await this.#take(step)
      if (this.#isDueAfter(step)) await this.#act(this.#options.plan.fault)
    }
    if (!this.#isOver()) {
      await this.#outlet.finish(plan.noLastBlankLine === true ? 'fault' : 'completed')
    }
  }

  async #take(step: Step): Promise<void> {
    const { plan, random } = this.#options
    switch (step.kind) {
      case 'wait':
        return await this.#quiet(step.ms, true)
      case 'ping':
        return await this.#outlet.write(ping(plan.lineEnd))
      case 'event': {
        if (plan.strangers === true) await this.#strangersBefore(step.event)
        const text = encodeEvent(step.event, random, plan.lineEnd)
        const isLast = step.event.type === 'message_stop'
        await this.#outlet.write(
          isLast && plan.noLastBlankLine === true ? text.trimEnd() + (plan.lineEnd ?? '\n') : text,
        )
        this.#note(step.event)
        if (plan.invalidBytes === true && isTextStart(step.event))
          await this.#invalidBytes(step.event)
      }
    }
  }

  #note(event: StreamEvent): void {
    if (event.type === 'message_stop') this.#outlet.record.stopped = true
    if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') return
    const { record } = this.#outlet
    record.firstTextAt ??= this.#options.timing.now()
    record.textDeltas += 1
    record.text += event.delta.text
  }

  /** Silence, with pings if it is long. */
  async #quiet(ms: number, pings: boolean): Promise<void> {
    const { pace, timing, plan } = this.#options
    if (ms > 0) await this.#outlet.flush()
    let left = ms
    while (left > 0 && !this.#outlet.closed.aborted) {
      const part = Math.min(left, pings ? pace.pingMs : LONGEST_SLEEP_MS)
      await timing.sleep(part, this.#outlet.closed)
      left -= part
      if (left > 0 && pings) await this.#outlet.write(ping(plan.lineEnd))
    }
  }

  #isDueBefore(step: Step): boolean {
    const { fault } = this.#options.plan
    if (fault === undefined || this.#faultDone || step.kind !== 'event') return false
    const isTextEnd = step.last === 'text'
    return fault.at === 'text_deltas' && isTextEnd
  }

  #isDueAfter(step: Step): boolean {
    const { fault } = this.#options.plan
    if (fault === undefined || this.#faultDone || step.kind === 'wait') return false
    if (fault.at === 'thinking') return step.kind === 'ping'
    if (step.kind === 'ping') return false
    switch (fault.at) {
      case 'headers':
        return false
      case 'text_deltas':
        return (
          this.#outlet.record.textDeltas >= (fault.after ?? 0) &&
          (this.#outlet.record.textDeltas > 0 || isTextStart(step.event))
        )
      case 'content_block_stop':
        return step.last === 'text'
      default:
        return step.event.type === fault.at
    }
  }

  async #act(fault: Fault | undefined): Promise<void> {
    if (fault === undefined) return
    this.#faultDone = true
    const { act } = fault
    const { lineEnd } = this.#options.plan
    switch (act.do) {
      case 'pause':
        return await this.#quiet(this.#options.holdMs, true)
      case 'stall':
        await this.#quiet(Number.MAX_SAFE_INTEGER, act.pings)
        break
      case 'reset':
      case 'cut':
        await this.#outlet.break(act.do)
        break
      case 'end':
        await this.#outlet.finish('fault')
        break
      case 'malformed':
        await this.#outlet.write(
          frame('content_block_delta', '{"type":"content_block_delta","index":1,"del', lineEnd),
        )
        await this.#outlet.finish('fault')
        break
      case 'error-event': {
        const body = errorBody(act.error, this.#outlet.record.id)
        await this.#outlet.write(frame('error', padded(body, this.#options.random), lineEnd))
        if (act.then === 'close') await this.#outlet.finish('fault')
        else await this.#quiet(Number.MAX_SAFE_INTEGER, false)
      }
    }
    this.#over = true
  }

  /** Items that a client has to ignore: a comment, `id` and `retry` fields, an unknown event and delta. */
  async #strangersBefore(event: StreamEvent): Promise<void> {
    const end = this.#options.plan.lineEnd ?? '\n'
    if (event.type === 'message_start')
      await this.#outlet.write(`: hello${end}retry: 5000${end}${end}`)
    if (event.type !== 'content_block_delta') return
    await this.#outlet.write(
      `id: 7${end}` +
        frame('weather_report', '{"type":"weather_report","sky":"clear"}', end) +
        frame(
          'content_block_delta',
          `{"type":"content_block_delta","index":${event.index},"delta":{"type":"scent_delta","scent":"rain"}}`,
          end,
        ),
    )
  }

  async #invalidBytes(
    event: StreamEvent & { readonly type: 'content_block_start' },
  ): Promise<void> {
    const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${event.index},"delta":{"type":"text_delta","text":"`
    const bytes = Buffer.from([0xff, 0xfe, 0xc3])
    await this.#outlet.write(Buffer.concat([Buffer.from(head), bytes, Buffer.from('"}}\n\n')]))
    this.#note({
      type: 'content_block_delta',
      index: event.index,
      delta: { type: 'text_delta', text: bytes.toString() },
    })
  }

  #isOver(): boolean {
    return this.#over || this.#outlet.closed.aborted
  }
}

function isTextStart(
  event: StreamEvent,
): event is StreamEvent & { readonly type: 'content_block_start' } {
  return event.type === 'content_block_start' && event.content_block.type === 'text'
}
