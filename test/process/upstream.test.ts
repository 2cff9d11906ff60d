// Every fault of the Messages API while two people watch: one end, a plain reason, and the room goes on.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAILURES, type FailureCode } from '@roomcast/server/generation/claude.ts'
import { type RequestRecord, SCENARIOS } from '@roomcast/simulator'
import { HOW_IT_FAILS } from '../doubles/scenario-failures.ts'
import { Person } from '../support/person.ts'
import { expectSame, House } from './house.ts'
import { RawSocket } from './raw-socket.ts'

let house: House
beforeAll(async () => {
  house = await House.open({ FIRST_EVENT_MS: '3000', SILENCE_MS: '3000', ANSWER_MS: '12000' })
})
afterAll(() => house.close())

/** Null if the answer completes. */
const EXPECTED: Readonly<Record<string, FailureCode | null>> = {
  ...Object.fromEntries(SCENARIOS.map(({ name }) => [name, null])),
  ...HOW_IT_FAILS,
  // The third attempt succeeds.
  'fail-first': null,
  // Headers and pings do not count as the first event, and a whole stream may contain no text.
  'empty-answer': 'empty-answer',
  'headers-only': 'no-answer',
  'stall-pings': 'silent',
  // Claude may be silent while it thinks, but thinking as a whole has a time limit.
  'stall-thinking': 'too-slow',
}

/** A room for one fault, with two members and a raw socket that counts updates. */
async function watchedRoom() {
  // Each person may create only a few rooms per minute, so every fault gets a new owner.
  const owner = await Person.come(house.server.url, 'Carol')
  const { roomId, invite } = await owner.makeRoom('A room')
  for (const person of [house.alice, house.bob]) await person.accept(invite)
  const [alice, bob] = await Promise.all([
    house.sit(house.alice, roomId),
    house.sit(house.bob, roomId),
  ])
  const watcher = await RawSocket.connect(house.server.url, { token: house.bob.token })
  await watcher.command('join', { roomId })
  return { roomId, alice, bob, watcher }
}

/** The requests about one question, in order of arrival. */
function requestsAbout(mark: string): RequestRecord[] {
  return house.simulator.requests.filter(({ body }) => JSON.stringify(body).includes(mark))
}

function endsSeen(watcher: RawSocket): unknown[] {
  const updates = watcher.updates as { type?: string; entries?: { type: string }[] }[]
  return updates
    .flatMap(({ type, entries }) => (type === 'entries' ? (entries ?? []) : []))
    .filter(({ type }) => type === 'generation-ended')
}

describe.concurrent('two people who watch', () => {
  it.for(SCENARIOS.map(({ name, description }) => [name, description] as const))(
    '[R1][R2][R2.5][R5.2] see one end of %s (%s), and the room goes on',
    async ([name], { expect }) => {
      const { alice, bob, watcher, roomId } = await watchedRoom()
      const mark = `mark-${randomUUID()}`
      await alice.ask(`${mark}? [simulate: ${name} hold=200 ping=50]`)
      const [reply, other] = await Promise.all([alice.ended(1), bob.ended(1)])
      const code = EXPECTED[name]
      if (code == null) expect(reply.ended).toMatchObject({ outcome: 'completed' })
      else
        expect(reply.ended).toMatchObject({
          outcome: 'failed',
          error: { code, message: FAILURES[code] },
        })
      expect(other).toEqual(reply)

      const written = requestsAbout(mark).at(-1)?.text.toWellFormed() ?? ''
      if (code == null) expect(written).toBe(textOf(reply))
      else expect(written.startsWith(textOf(reply))).toBe(true)
      if (code != null && written !== '' && name !== 'reset') expect(reply.end).toBeGreaterThan(0)

      await bob.ask('And now? [simulate: length=200]')
      expect(await alice.ended(2)).toMatchObject({ ended: { outcome: 'completed' } })
      await bob.ended(2)
      await expectSame(house, alice, bob)
      await expect.poll(() => endsSeen(watcher)).toHaveLength(2)
      // Error details from upstream reach nobody.
      expect(JSON.stringify(watcher.updates)).not.toMatch(
        /req_|request_id|<html|_error"|Internal server error|organization|x-should-retry/,
      )
      expect(roomId).toBe(alice.state.roomId)
      watcher.close()
    },
  )
})

function textOf({
  text,
  marks,
}: {
  text: string
  marks: readonly { kind: string; from: number }[]
}) {
  const from = marks.find(({ kind }) => kind === 'text')?.from ?? 0
  return Buffer.from(text).subarray(from).toString()
}

describe('a temporary fault', () => {
  it('is overcome by another member’s retry', async () => {
    const { alice, bob, watcher } = await watchedRoom()
    const mark = `mark-${randomUUID()}`
    await alice.ask(`${mark}? [simulate: fail-first attempts=3]`)
    const { generationId, ended } = await alice.ended(1)
    expect(ended).toMatchObject({ outcome: 'failed', error: { code: 'overloaded' } })
    expect(requestsAbout(mark)).toHaveLength(3)
    expect(await bob.send({ type: 'retry', generationId })).toMatchObject({ ok: true })
    expect(await alice.ended(2)).toMatchObject({
      mode: 'retry',
      of: generationId,
      by: house.bob.memberId,
      ended: { outcome: 'completed' },
    })
    await bob.ended(2)
    await expectSame(house, alice, bob)
    watcher.close()
  })

  it('causes no new attempt once text has been shown', async () => {
    const { alice, watcher } = await watchedRoom()
    const mark = `mark-${randomUUID()}`
    await alice.ask(`${mark}? [simulate: error-after=1]`)
    await alice.ended(1)
    expect(requestsAbout(mark)).toHaveLength(1)
    watcher.close()
  })
})

describe('[R3] a stop', () => {
  it('closes the connection to Claude, and no byte arrives after it', async () => {
    const { alice, bob, watcher } = await watchedRoom()
    const mark = `mark-${randomUUID()}`
    await alice.ask(`${mark}? [simulate: length=50000 gap=10 chunk=20]`)
    const { generationId } = await bob.reads(400)
    const stopped = await bob.send({ type: 'cancel', generationId })
    const end = stopped.ok ? stopped.end : null
    await expect.poll(() => requestsAbout(mark)[0]?.end).toBe('closed-by-client')
    expect(requestsAbout(mark)[0]).toMatchObject({ bytesAfterClose: 0, stopped: false })
    expect(await alice.ended(1)).toMatchObject({ end, ended: { outcome: 'cancelled' } })
    await expectSame(house, alice, bob)
    watcher.close()
  })

  it('ends a silent answer at once', async () => {
    const { alice, bob, watcher } = await watchedRoom()
    for (const name of ['no-headers', 'headers-only', 'stall', 'stall-thinking', 'stall-pings']) {
      const mark = `mark-${randomUUID()}`
      await alice.ask(`${mark}? [simulate: ${name} ping=50]`)
      await expect.poll(() => requestsAbout(mark)).toHaveLength(1)
      const { generationId, number } = alice.reply
      expect(await bob.send({ type: 'cancel', generationId })).toMatchObject({
        ok: true,
        outcome: 'cancelled',
      })
      await expect.poll(() => requestsAbout(mark)[0]?.end).toBe('closed-by-client')
      expect((await alice.ended(number)).ended).toMatchObject({ by: house.bob.memberId })
    }
    watcher.close()
  })
})
