// A room as server-sent events from nodes that share a Redis: a reader can continue on any of them.
import { expect, onTestFinished, test } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import type { EventFollower } from '../support/event-follower.ts'
import { EventReader } from '../support/event-reader.ts'

test('[R1.6][W6] a reader whose node dies continues on another with the missing part, and has the same text', async () => {
  const deployment = await Deployment.open(3)
  onTestFinished(() => deployment.close())
  const { roomId, people } = await deployment.room('Alice', 'Bob', 'Carol')
  const [alice, , carol] = await deployment.sit(people, roomId)
  const token = people[1]?.token
  if (!alice || !carol || token === undefined) throw new Error('nobody came')
  const read = async (index: number, follower?: EventFollower) => {
    const reader = await EventReader.open({
      url: deployment.node(index).url,
      roomId,
      token,
      ...(follower ? { follower } : {}),
    })
    onTestFinished(() => reader.close())
    return reader
  }

  const before = await read(1)
  await alice.ask('How? [simulate: unicode length=8000 gap=20 chunk=40]')
  await before.until('some text', ({ text }) => byteLength(text) > 500)
  await deployment.node(1).kill()
  expect(await before.ended).toBe('cut')
  const { follower, text } = before
  const comes = follower.updates.length
  await carol.reads(byteLength(text) + 200)

  const after = await read(2, follower)
  await after.until('to be live', () => follower.types.slice(comes).includes('synced'))
  expect(follower.updates[comes]).toMatchObject({
    type: 'tail',
    runs: [{ at: byteLength(text) }],
    entries: [],
  })
  const { generationId } = carol.reply
  expect(await carol.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
  await alice.ended()
  await after.reaches(alice.state)
  expect(after.state).toEqual(alice.state)
  expect(follower.types.filter((type) => type === 'snapshot')).toHaveLength(1)
})
