// A link that takes longer to load a room than a ping timeout: a phone at the edge of its network.
import { expect, onTestFinished, test } from 'vitest'
import { House } from '../process/house.ts'
import { Wire } from './system/wire.ts'

const [MESSAGES, LENGTH] = [27, 2000]
/** The room takes some 22 s at this rate; a ping waiting behind it would time out after 18. */
const BYTES_PER_SECOND = 2500

test('[R1.6][R7.2] a client that needs half a minute to load a room gets it at the first attempt', async () => {
  const house = await House.open()
  onTestFinished(() => house.close())
  const alice = await house.sit(house.alice)
  for (let said = 0; said < MESSAGES; said++)
    await alice.send({ type: 'post', text: `${said} ${'x'.repeat(LENGTH)}`, ask: false })
  const wire = await Wire.open(house.server.port)
  onTestFinished(() => wire.close())
  wire.suffer({ kind: 'throttled', rate: BYTES_PER_SECOND })
  const seat = house.bob.at(`http://127.0.0.1:${wire.port}`).sit(house.roomId)
  onTestFinished(() => seat.leave())
  const seen: string[] = []
  seat.client.subscribe(({ status }) => {
    if (status.kind !== seen.at(-1)) seen.push(status.kind)
  })
  await seat.until('live', ({ status }) => status.kind === 'live')
  expect(seen).toEqual(['catching-up', 'live'])
  expect(seat.state.messages).toEqual(alice.state.messages)
})
