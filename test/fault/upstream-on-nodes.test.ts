// Faults of Claude while members on three nodes watch, one of which asks Claude: one end on all screens, and a member
// on any node may go on. test/process/upstream.test.ts has every fault, on one node.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Reply } from '@roomcast/shared/protocol'
import { FAILURES, type FailureCode } from '@roomcast/server/generation/claude.ts'
import type { RequestRecord } from '@roomcast/simulator'
import { Deployment } from '../support/deployment.ts'
import type { Person, Seat } from '../support/person.ts'

/** Long enough that only deliberate delays count as silence, even with a dozen rooms on a busy machine. */
const ENVIRONMENT = { FIRST_EVENT_MS: '3000', SILENCE_MS: '3000', ANSWER_MS: '30000' }

/** One of each kind; null if the answer completes. */
const FAULTS: readonly (readonly [string, FailureCode | null])[] = [
  ['overloaded-seconds', 'overloaded'],
  ['rate-limited-long', 'rate-limited'],
  ['spend-limit', 'billing'],
  ['bad-gateway', 'upstream'],
  ['no-headers', 'no-answer'],
  ['error', 'overloaded'],
  ['error-open', 'overloaded'],
  ['reset', 'connection'],
  ['end', 'truncated'],
  ['no-blank-line', 'truncated'],
  ['stall', 'silent'],
  ['stall-pings', 'silent'],
  ['malformed', 'protocol'],
  ['hang-after-stop', null],
]

let deployment: Deployment
beforeAll(async () => {
  deployment = await Deployment.open(3, { environment: ENVIRONMENT })
})
afterAll(() => deployment.close())

interface Room {
  readonly at: Deployment
  readonly roomId: string
  readonly people: readonly Person[]
  readonly alice: Seat
  readonly bob: Seat
  readonly carol: Seat
}

/** A room with one member on each node; Alice is on the first. */
async function openRoom(at = deployment): Promise<Room> {
  const { roomId, people } = await at.room('Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = (await at.sit(people, roomId)) as [Seat, Seat, Seat]
  return { at, roomId, people, alice, bob, carol }
}

/** Returns the end of a reply, which must be the same on all screens. */
async function endOnAll(seats: readonly Seat[], number: number): Promise<Reply> {
  const [first, ...others] = await Promise.all(seats.map((seat) => seat.ended(number)))
  for (const other of others) expect(other).toEqual(first)
  if (!first) throw new Error('nobody watches')
  return first
}

function requestsAbout({ at }: Room, mark: string): RequestRecord[] {
  return at.simulator.requests.filter(({ body }) => JSON.stringify(body).includes(mark))
}

/** Claude's text part of a reply. */
function textOf({ text, marks }: Reply): string {
  const from = marks.find(({ kind }) => kind === 'text')?.from ?? 0
  return Buffer.from(text).subarray(from).toString()
}

async function looksTheSame({ people, roomId, alice, bob, carol, at }: Room): Promise<void> {
  const last = people.at(-1)
  if (!last) throw new Error('nobody is here')
  const [newcomer] = await at.sit([last], roomId)
  const { offset, messages } = newcomer?.state ?? { offset: 0, messages: [] }
  for (const seat of [alice, bob, carol]) {
    await seat.until('the others', ({ state }) => (state?.offset ?? 0) >= offset)
    expect(seat.state.messages).toEqual(messages)
  }
}

describe.concurrent('people on three nodes', () => {
  it.for(FAULTS)(
    '[R1][R2.1][R2.5] see one end of %s, and a member on another node may retry',
    async ([name, code], { expect }) => {
      const room = await openRoom()
      const seats = [room.alice, room.bob, room.carol]
      const mark = `mark-${randomUUID()}`
      await room.alice.ask(`${mark}? [simulate: ${name} ping=50]`)
      // The retry runs on Carol's node and meets the same fault.
      for (const number of [1, 2]) {
        const reply = await endOnAll(seats, number)
        const written = requestsAbout(room, mark).at(-1)?.text.toWellFormed() ?? ''
        expect(written.startsWith(textOf(reply))).toBe(true)
        if (code === null) expect(textOf(reply)).toBe(written)
        else if (written !== '' && name !== 'reset') expect(reply.end).toBeGreaterThan(0)
        expect(reply.ended).toMatchObject(
          code === null
            ? { outcome: 'completed' }
            : { outcome: 'failed', error: { code, message: FAILURES[code] } },
        )
        if (number > 1) continue
        const { generationId } = reply
        expect(await room.carol.send({ type: 'retry', generationId })).toMatchObject({ ok: true })
      }
      await room.bob.ask('And now? [simulate: length=200]')
      expect(await endOnAll(seats, 3)).toMatchObject({ ended: { outcome: 'completed' } })
      await looksTheSame(room)
      for (const request of requestsAbout(room, mark)) {
        await expect.poll(() => request.endedAt).toBeTypeOf('number')
        expect(request.bytesAfterClose).toBe(0)
      }
    },
  )
})

describe('an unreachable Claude', () => {
  it('is reported in plain words on all screens', async () => {
    const own = await Deployment.open(1, {
      environment: { ...ENVIRONMENT, ANTHROPIC_BASE_URL: 'http://claude.invalid' },
    })
    onTestFinished(() => own.close())
    const room = await openRoom(own)
    const seats = [room.alice, room.bob, room.carol]
    await room.alice.ask('Hello? [simulate: length=200]')
    const failed = await endOnAll(seats, 1)
    expect(failed).toMatchObject({
      end: 0,
      ended: {
        outcome: 'failed',
        error: { code: 'unreachable', message: 'This server can’t reach Claude.' },
      },
    })
    expect(own.simulator.requests).toEqual([])
    await looksTheSame(room)
  })
})

// Comes last, because it kills one of the nodes.
describe('an answer that has failed', () => {
  it('[R5.1] is retried on another node after its own has died', async () => {
    const room = await openRoom()
    const mark = `mark-${randomUUID()}`
    await room.alice.ask(`${mark}? [simulate: fail-first attempts=3]`)
    const failed = await endOnAll([room.alice, room.bob, room.carol], 1)
    expect(failed.ended).toMatchObject({ error: { code: 'overloaded' } })
    expect(requestsAbout(room, mark)).toHaveLength(3)
    await deployment.node(0).kill()
    const { generationId } = failed
    expect(await room.carol.send({ type: 'retry', generationId })).toMatchObject({ ok: true })
    expect(await endOnAll([room.bob, room.carol], 2)).toMatchObject({
      mode: 'retry',
      of: generationId,
      ended: { outcome: 'completed' },
    })
  })
})
