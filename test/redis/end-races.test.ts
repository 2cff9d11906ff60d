// Two thousand races for the end of a generation on a real Redis, over three connections: the owner completes it, a
// member stops it, and another node declares the owner dead.
import { expect, test } from 'vitest'
import { digest } from '@roomcast/shared/digest'
import { byteLength } from '@roomcast/shared/room'
import { startRedis } from '../support/redis-server.ts'
import { Chance } from '../doubles/chance.ts'
import { newId, openRedisNode } from './redis-log.ts'
import { aRoom, type TestRoom } from '../doubles/room.ts'

const ROUNDS = 50
const ROOMS = 40

test('[R2.1][R2.2] of complete, cancel and reap one wins, 2,000 times, and all callers learn the same end', async () => {
  const redis = await startRedis()
  const address = { urls: [redis.url], cluster: false }
  // A lease that runs out immediately, so that a reaper may act at any time.
  const openNode = () => openRedisNode(address, { namespace: 'races', leaseMs: 1 })
  const nodes = [await openNode(), await openNode(), await openNode()] as const
  const [owner, member, reaper] = [nodes[0].log, nodes[1].log, nodes[2].log]
  const chance = new Chance(Number(process.env['FUZZ_SEED'] ?? 1))
  const rooms: TestRoom[] = []
  for (let index = 0; index < ROOMS; index++) rooms.push(await aRoom(owner, `race-${index}`))
  const winners: Record<string, number> = {}
  let races = 0

  /** A running answer, ready for a race. */
  const begin = async (room: TestRoom) => {
    const owned = await room.asked('alice', 'Why?')
    return { room, owned, at: await room.write(owned, 0, 'Bec🎉') }
  }

  const race = async ({ room, owned, at }: Awaited<ReturnType<typeof begin>>): Promise<void> => {
    const turns = [chance.below(300), chance.below(300)]
    const wait = async (count = 0) => {
      for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    const final = { at, text: 'ause', mark: undefined }
    const [completed, cancelled] = await Promise.all([
      wait(turns[0]).then(() => room.end(owned, 'completed', { final, next: null })),
      wait(turns[1]).then(() => room.on(member).cancel('bob', owned.generationId)),
    ])
    const { entries } = await owner.read(room.roomId)
    const ends = entries.filter(
      (entry) => entry.type === 'generation-ended' && entry.generationId === owned.generationId,
    )
    expect(ends).toHaveLength(1)
    const [ended] = ends
    if (ended?.type !== 'generation-ended') return
    const text = ended.outcome === 'completed' ? 'Bec🎉ause' : 'Bec🎉'
    expect([ended.end, ended.digest]).toEqual([byteLength(text), digest(text)])
    for (const result of [completed, cancelled])
      expect(result).toMatchObject(result.ok ? { ended } : { refused: 'ended', ended })
    expect([completed, cancelled].filter((result) => result.ok)).toHaveLength(
      ended.outcome === 'interrupted' ? 0 : 1,
    )
    expect((await room.reply(owned.generationId)).text).toBe(text)
    winners[ended.outcome] = (winners[ended.outcome] ?? 0) + 1
    races += 1
  }

  try {
    for (let round = 0; round < ROUNDS; round++) {
      const begun = await Promise.all(rooms.map(begin))
      let racing = true
      const reaping = (async () => {
        while (racing) await reaper.recover(newId)
      })()
      await Promise.all(begun.map(race))
      racing = false
      await reaping
      // Checkpoints keep the rooms small: the races so far are history.
      for (const room of rooms) await owner.checkpoint(await room.state())
    }
  } finally {
    for (const node of nodes) await node.close()
    await redis.stop()
  }
  process.stderr.write(`races: ${races}, won by ${JSON.stringify(winners)}\n`)
  expect(races).toBe(ROUNDS * ROOMS)
  for (const outcome of ['completed', 'cancelled', 'interrupted'])
    expect(winners[outcome]).toBeGreaterThan(0)
})
