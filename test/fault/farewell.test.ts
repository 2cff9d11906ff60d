// A node shuts down while some connections have nobody left at their other end.
import { expect, onTestFinished, test } from 'vitest'
import { House } from '../process/house.ts'
import { WireClient } from './wire-client.ts'

// The WebSocket server waits 30 s for the answer to its close frame, which a suspended laptop does not send.
test('a node that shuts down does not wait for a page that has fallen silent', async () => {
  const house = await House.open({ LOG_LEVEL: 'warn' })
  onTestFinished(() => house.close())
  const { server, alice, bob, roomId } = house
  const [asleep, stalled] = await Promise.all(
    [alice, bob].map(({ token }) => WireClient.connect({ url: server.url, token })),
  )
  onTestFinished(() => {
    asleep?.close()
    stalled?.close()
  })
  expect(await asleep?.join(roomId)).toMatchObject({ ok: true })
  stalled?.pause()
  expect(await server.stop()).toBe(0)
})
