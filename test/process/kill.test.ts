// Crashes at any moment: acknowledged commands are there, everybody sees the same, and the room goes on.
import { randomUUID } from 'node:crypto'
import { describe, expect, it, type TestContext } from 'vitest'
import type { CommandResult } from '@roomcast/shared/protocol'
import { Chance, seeds } from '../doubles/chance.ts'
import type { Seat } from '../support/person.ts'
import { expectSame, House, repliesIn } from './house.ts'
import { RawSocket } from './raw-socket.ts'

const KILLS = 12
const LENGTH = 6000

interface Here {
  readonly house: House
  readonly alice: Seat
  readonly bob: Seat
}

async function open({ onTestFinished }: TestContext): Promise<Here> {
  const house = await House.open()
  onTestFinished(() => house.close())
  const [alice, bob] = await house.both()
  return { house, alice, bob }
}

const post = ({ roomId }: House, text: string, commandId: string) => ({
  roomId,
  commandId,
  text,
  ask: false,
})

/** The number of messages with this text that a seat shows. */
function count(seat: Seat, text: string): number {
  return seat.state.messages.filter((message) => message.kind === 'said' && message.text === text)
    .length
}

async function killAndStart({ house, alice, bob }: Here): Promise<void> {
  await house.server.kill()
  await Promise.all([alice, bob].map((seat) => seat.until('offline', isOffline)))
  await house.start()
  await Promise.all([alice.live(), bob.live()])
}
const isOffline = ({ status }: Seat['view']) => status.kind === 'offline'

/** Another member continues or retries a reply, and everybody sees its end. */
async function goOn(
  { house, alice, bob }: Here,
  type: 'continue' | 'retry',
  number: number,
): Promise<void> {
  const [first] = repliesIn(bob.state.messages).filter((reply) => reply.number === number)
  const result = await bob.send({ type, generationId: first?.generationId ?? '' })
  expect(result).toMatchObject({ ok: true })
  const newest = Math.max(...repliesIn(bob.state.messages).map((reply) => reply.number))
  const again = await alice.ended(newest)
  expect(again).toMatchObject({ mode: type, of: first?.generationId, by: house.bob.memberId })
  expect(again.ended?.outcome).toBe('completed')
}

// Each test has a house of its own; several run at a time because an answer takes a while.
describe.concurrent('a server that is killed while Claude answers', () => {
  it.for(seeds(KILLS))(
    '[R1][R2][R4.1][R4.2][R5.1] has the same room after a restart, nothing lost and nothing doubled (seed %i)',
    async (seed, context) => {
      const { expect } = context
      const here = await open(context)
      const { house, alice, bob } = here
      const chance = new Chance(seed)
      const directive = `[simulate: length=${LENGTH} gap=${20 + chance.below(8)} first=${chance.below(60)} chunk=60]`
      await alice.ask(`Question ${seed}? ${directive}`)
      const { number } = alice.reply
      const waits = chance.below(2) === 0
      if (waits) expect(await bob.ask(`Next ${seed}?`)).toMatchObject({ ok: true, queued: true })
      // Every third kill comes before the first text, the others within the first half of the answer: the second half
      // takes at least a second, so that even a slow machine is killed within the answer.
      const bytes = seed % 3 === 0 ? 0 : 1 + chance.below(LENGTH / 2)
      await alice.reads(bytes)

      const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
      const commandId = randomUUID()
      const acknowledged = await raw.command('post', post(house, `Safe ${seed}`, commandId))
      expect(acknowledged).toMatchObject({ ok: true })
      raw.close()
      // In flight when the server dies: whether it arrived or not, it is done once.
      const onItsWay: Promise<CommandResult> = alice.send({
        type: 'post',
        text: `On its way ${seed}`,
        ask: false,
      })
      const shown = [alice, bob].map((seat) => seat.reply.text)
      await killAndStart(here)

      const interrupted = await alice.ended(number)
      expect(interrupted.ended).toMatchObject({
        outcome: 'interrupted',
        error: { code: 'interrupted' },
      })
      for (const text of shown) expect(interrupted.text.startsWith(text)).toBe(true)
      expect(await onItsWay).toMatchObject({ ok: true })
      const later = await RawSocket.connect(house.server.url, { token: house.bob.token })
      expect(await later.command('post', post(house, `Safe ${seed}`, commandId))).toEqual(
        acknowledged,
      )
      later.close()

      if (waits) {
        const next = await alice.ended(number + 1)
        expect(next.ended).toMatchObject({ outcome: 'completed' })
      }
      await goOn(here, seed % 2 === 0 ? 'continue' : 'retry', number)
      await expectSame(house, alice, bob)
      for (const text of [`Safe ${seed}`, `On its way ${seed}`]) expect(count(bob, text)).toBe(1)
    },
  )

  it('[R2][R4.2] never changes an earlier end', async (context) => {
    const { expect } = context
    const here = await open(context)
    const { house, alice, bob } = here
    await alice.ask('One more? [simulate: length=500]')
    const before = await alice.ended()
    await bob.until('the end', () => bob.reply.ended)
    await killAndStart(here)
    await expectSame(house, alice, bob)
    expect(alice.reply).toEqual(before)
  })

  it('[R3.1][R4.2] keeps a stop acknowledged a moment before', async (context) => {
    const { expect } = context
    const here = await open(context)
    const { house, alice, bob } = here
    await alice.ask('And one? [simulate: length=20000 gap=5]')
    const { generationId } = await alice.reads(200)
    const stopped = await bob.send({ type: 'cancel', generationId, reason: 'enough' })
    await killAndStart(here)
    expect(await alice.ended()).toMatchObject({
      generationId,
      end: stopped.ok ? stopped.end : null,
      ended: { outcome: 'cancelled', by: house.bob.memberId, reason: 'enough' },
    })
    await expectSame(house, alice, bob)
  })
})
