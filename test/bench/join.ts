// Joins in the middle of an answer of 200 kB: from the first connection attempt to `synced`, and the same text.
import { aRoomOf, type BenchWorld } from './world.ts'

export interface Joins {
  readonly synced: readonly number[]
  /** Bytes of the reply that each joiner received at once. */
  readonly bytes: readonly number[]
  readonly different: number
}

export async function measureJoins(world: BenchWorld, count: number): Promise<Joins> {
  const { roomId, people } = await aRoomOf(world, ['Ana', 'Bo'])
  const [ana, bo] = people
  if (!ana || !bo) throw new Error('two are needed')
  const watcher = ana.sit(roomId)
  await watcher.live()
  // Lasts about five seconds, so that all joins happen in the middle of it.
  await watcher.ask('[simulate: length=200000 pace=instant gap=3 chunk=115]')
  await watcher.reads(100_000)
  const synced: number[] = []
  const bytes: number[] = []
  const joiners = []
  for (let index = 0; index < count; index++) {
    const began = performance.now()
    const joiner = bo.sit(roomId)
    await joiner.live()
    synced.push(performance.now() - began)
    bytes.push(joiner.reply.end)
    joiners.push(joiner)
  }
  const whole = await watcher.ended()
  const texts = await Promise.all(joiners.map((joiner) => joiner.ended()))
  for (const seat of [watcher, ...joiners]) seat.leave()
  return { synced, bytes, different: texts.filter((reply) => reply.text !== whole.text).length }
}
