// A follower behind a bad line: updates are lost, repeated, late, re-cut, merged or stale, and whenever the fold
// reports a gap it re-reads. Every promise about its screen is checked at each step.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Delta, Reply, RoomState } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import {
  byteLength,
  type Content,
  emptyRoom,
  fold,
  positionOf,
  replyNumbered,
  sliceBytes,
} from '@roomcast/shared/room'
import type { Frame, ModelLog } from './model-log.ts'

const FAULTS = [
  'none',
  'lose',
  'twice',
  'delay',
  'recut',
  'overlap',
  'merge',
  'heartbeat',
  'replay',
  'tail',
  'snapshot',
] as const
export type Fault = {
  readonly kind: (typeof FAULTS)[number]
  readonly a: number
  readonly b: number
}

export interface Line {
  /** The part of the history that is over when it joins, in thousandths; 0 follows from the start. */
  readonly joins: number
  readonly faults: readonly Fault[]
  /** The number of frames until a re-read is answered, and whether the answer is a snapshot. */
  readonly answers: readonly { readonly after: number; readonly snapshot: boolean }[]
}

export const someLine: fc.Arbitrary<Line> = fc.record({
  joins: fc.nat(1000),
  faults: fc.array(
    fc.record({ kind: fc.constantFrom(...FAULTS), a: fc.nat(1000), b: fc.nat(1000) }),
    { minLength: 1, maxLength: 40 },
  ),
  answers: fc.array(fc.record({ after: fc.nat(2), snapshot: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
})

/** How often each event happened in a whole run. */
export type Tally = Map<string, number>

/** More than ever needed: one read for the missing part, one more for a digest that differs. */
const MOST_READINGS_AT_THE_END = 3

export class LineFollower {
  state: RoomState
  readonly #log: ModelLog
  readonly #line: Line
  readonly #tally: Tally
  readonly #ended = new Map<number, Reply>()
  #delayed: { update: Content; due: number }[] = []
  #reading: { due: number; snapshot: boolean; position: ReturnType<typeof positionOf> } | null =
    null
  #readings = 0
  #turn = 0
  #at: number

  constructor(log: ModelLog, line: Line, tally: Tally) {
    this.#log = log
    this.#line = line
    this.#tally = tally
    this.#at = Math.floor((line.joins * (log.frames.length - 1)) / 1000)
    const joined = line.joins === 0 ? undefined : log.states[this.#at]
    this.state = joined ?? emptyRoom('room', 'epoch')
    if (joined === undefined) this.#at = -1
  }

  /** Follows to the end of the history, then re-reads until nothing is missing. */
  run(): void {
    const { frames } = this.#log
    for (; this.#at < frames.length - 1; this.#turn++) {
      this.#at += 1
      const fault = this.#line.faults[this.#turn % this.#line.faults.length]
      if (fault) this.#pass(fault)
      this.#arrive(this.#turn)
    }
    this.#arrive(Number.POSITIVE_INFINITY)
    this.#deliver(this.#log.heartbeat(this.#at))
    for (let count = 0; this.#reading !== null; count++) {
      if (count === MOST_READINGS_AT_THE_END) throw new Error('reads again and again')
      this.#arrive(Number.POSITIVE_INFINITY)
    }
    if (this.#readings > frames.length + MOST_READINGS_AT_THE_END)
      throw new Error(`${this.#readings} readings for ${frames.length} frames`)
  }

  #arrive(turn: number): void {
    const due = this.#delayed.filter((waiting) => waiting.due <= turn)
    this.#delayed = this.#delayed.filter((waiting) => waiting.due > turn)
    for (const { update } of due) this.#deliver(update)
    const reading = this.#reading
    if (reading === null || reading.due > turn) return
    this.#reading = null
    this.#count(reading.snapshot ? 're-read as a snapshot' : 're-read as a tail')
    this.#deliver(
      reading.snapshot ? this.#snapshot(this.#at) : this.#log.tail(reading.position, this.#at),
    )
  }

  #pass({ kind, a, b }: Fault): void {
    const frame = this.#log.frame(this.#at)
    const { update } = frame
    const earlier = a % (this.#at + 1)
    // Bytes that the storage lost still reach a follower on a good line: that is the fault.
    if (kind !== 'none') this.#count(kind)
    switch (kind) {
      case 'none':
        return this.#deliver(update)
      case 'lose':
        return
      case 'twice':
        this.#deliver(update)
        return this.#deliver(update)
      case 'delay':
        this.#delayed.push({ update, due: this.#turn + 1 + (b % 3) })
        return
      case 'recut':
        for (const piece of isDelta(update) ? recut(update, a, b) : [update]) this.#deliver(piece)
        return
      case 'overlap':
        return this.#deliver(isDelta(update) && !frame.lost ? this.#overlap(update, a) : update)
      case 'merge':
        return this.#deliver(this.#merged(frame))
      case 'heartbeat':
        this.#deliver(update)
        return this.#deliver(this.#log.heartbeat(b % 2 === 0 ? this.#at : earlier))
      case 'replay':
        this.#deliver(update)
        return this.#deliver(this.#log.frame(earlier).update)
      case 'tail':
        this.#deliver(update)
        return this.#deliver(
          this.#log.tail(this.#position(earlier), earlier + (b % (this.#at + 1 - earlier))),
        )
      case 'snapshot':
        this.#deliver(update)
        return this.#deliver(this.#snapshot(earlier))
    }
  }

  #position(at: number): ReturnType<typeof positionOf> {
    return positionOf(this.#log.states[at] ?? this.state)
  }

  #snapshot(at: number): Content {
    const state = this.#log.states[at]
    if (!state) throw new Error(`there is no state ${at}`)
    return { type: 'snapshot', state }
  }

  /** The same delta, starting some characters of the same kind earlier. */
  #overlap(delta: Delta, by: number): Delta {
    const [number, at, text] = delta
    const reply = this.#log.replies.get(number)
    const marks = (this.#log.frame(this.#at).running ?? reply)?.marks ?? []
    const from = marks.findLast((mark) => mark.from <= at)?.from ?? 0
    const before = [...sliceBytes(reply?.text ?? '', from, at)]
    const more = before.slice(before.length - (by % (before.length + 1))).join('')
    if (more === '') return delta
    const begin = at - byteLength(more)
    const mark = marks.find((one) => one.from === begin)?.kind
    return mark === undefined ? [number, begin, more + text] : [number, begin, more + text, mark]
  }

  /** This frame and those that continue it, as one delta. */
  #merged({ update, lost }: Frame): Content {
    if (!isDelta(update) || lost) return update
    let merged: Delta = update
    for (;;) {
      const next = this.#log.frames[this.#at + 1]
      if (!next || next.lost || !isDelta(next.update) || next.update[3] !== undefined) return merged
      this.#at += 1
      this.#count('merged')
      const text = merged[2] + next.update[2]
      merged =
        merged[3] === undefined
          ? [merged[0], merged[1], text]
          : [merged[0], merged[1], text, merged[3]]
    }
  }

  #deliver(update: Content): void {
    const before = this.state
    const { state, behind } = fold(before, update, digest)
    this.state = state
    this.#check(before)
    if (behind === null) return
    const running = before.running === null ? undefined : replyNumbered(state, before.running)
    if (behind.end === 0 && running !== undefined && running.end > 0) this.#count('digest differs')
    if (this.#reading !== null) return
    const answer = this.#line.answers[this.#readings % this.#line.answers.length]
    this.#readings += 1
    this.#reading = {
      due: this.#turn + (answer?.after ?? 0),
      snapshot: answer?.snapshot ?? false,
      position: behind,
    }
  }

  #check(before: RoomState): void {
    if (this.state.offset < before.offset) throw new Error('the room went back')
    for (const message of this.state.messages) {
      if (message.kind !== 'reply') continue
      const was = replyNumbered(before, message.number)
      if (was !== message) this.#checkReply(message, was)
    }
  }

  #checkReply(reply: Reply, was: Reply | undefined): void {
    const record = this.#log.replies.get(reply.number)
    if (!record) throw new Error('a reply that never was')
    const known = this.#ended.get(reply.number)
    if (known && !isDeepStrictEqual(known, reply)) throw new Error('an ended reply changed')
    if (reply.ended && !known) {
      this.#ended.set(reply.number, reply)
      if (was && was.end > reply.end) this.#count('cut at the end')
      if (reply.text !== record.text || reply.end !== record.end)
        throw new Error('an ended reply has other text than the log')
    }
    const sure = record.lostFrom === null ? reply.text : cutAt(reply, record.lostFrom)
    if (!record.text.startsWith(sure)) throw new Error('what is on the screen is not a prefix')
    if (was && !was.ended && reply.end < was.end && record.lostFrom === null)
      throw new Error('text was taken back')
  }

  #count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1)
  }
}

function isDelta(update: Content): update is Delta {
  return Array.isArray(update)
}

function cutAt(reply: Reply, end: number): string {
  return reply.end <= end ? reply.text : sliceBytes(reply.text, 0, end)
}

/** Cuts a delta into up to three pieces, between characters; a mark stays with the first text. */
function recut(delta: Delta, a: number, b: number): Delta[] {
  const [number, at, text, mark] = delta
  if (text === '') return [delta]
  const points = [...text]
  const cuts = [a, b].map((cut) => cut % (points.length + 1)).toSorted((one, two) => one - two)
  const [first = 0, second = 0] = cuts
  let begin = at
  return [points.slice(0, first), points.slice(first, second), points.slice(second)]
    .map((piece) => piece.join(''))
    .filter((piece) => piece !== '')
    .map((piece, index) => {
      const from = begin
      begin += byteLength(piece)
      return index === 0 && mark !== undefined ? [number, from, piece, mark] : [number, from, piece]
    })
}
