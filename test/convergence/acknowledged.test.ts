// The moment of an acknowledgement: entries may take longer to come back from the log than the answer.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Acknowledged } from '@roomcast/shared/protocol'
import type { RoomCommand } from '@roomcast/server/room/commands.ts'
import { House, type Watching } from './house.ts'

let house: House
let alice: Watching
beforeEach(async () => {
  house = await House.make()
  alice = await house.watch('alice')
})
afterEach(() => house.close())

/** Runs a command whose entries come back after `ms`; its answer is there much sooner. */
function perform(command: Pick<RoomCommand, 'type'> & Record<string, unknown>, ms: number) {
  const ways = [10, ms, 10]
  house.distance = () => ways.shift() ?? 0
  alice.took()
  const answer: { acknowledged?: Acknowledged; seen?: boolean } = {}
  const commandId = house.room.newId('command')
  const whole = { commandId, roomId: 'room', ...command } as RoomCommand
  void house.rooms.perform('alice', whole).then((acknowledged) => {
    Object.assign(answer, { acknowledged, seen: alice.took().includes('entries') })
  })
  return answer
}

describe('[R4.4] the entries of a command', () => {
  test.each([
    ['a message', async () => ({ type: 'post', text: 'Hello', ask: false }) as const],
    [
      'a stop',
      async () => {
        const { generationId } = await house.answering('Because')
        return { type: 'cancel', generationId } as const
      },
    ],
  ])('are on the sender’s screen before the acknowledgement: %s', async (_, command) => {
    const answer = perform(await command(), 300)
    await house.clock.advance(300)
    expect(answer).toEqual({})
    await house.clock.advance(10)
    expect(answer).toMatchObject({ acknowledged: { ok: true }, seen: true })
  })

  test('delay the acknowledgement by a second at most', async () => {
    const answer = perform({ type: 'post', text: 'Hello', ask: false }, 60_000)
    await house.clock.advance(1019)
    expect(answer).toEqual({})
    await house.clock.advance(1)
    expect(answer).toMatchObject({ acknowledged: { ok: true }, seen: false })
  })
})
