// Growth on disk: limited in bytes, by member and by address, whatever is written.
import { expect, it, onTestFinished } from 'vitest'
import type { CommandResult } from '@roomcast/shared/protocol'
import { House } from '../process/house.ts'
import { RawSocket } from '../process/raw-socket.ts'

const TEXT = 'x'.repeat(64 * 1024)

it('[R7.1] a member writes at most 8 MiB in a burst, of any kind, and others go on', async () => {
  const house = await House.open()
  onTestFinished(() => house.close())
  const bob = await RawSocket.connect(house.server.url, { token: house.bob.token })
  const alice = await RawSocket.connect(house.server.url, { token: house.alice.token })
  const { roomId } = house
  const first = await bob.command('post', { roomId, text: 'first', ask: false })
  const messageId = first.ok ? first.messageId : undefined
  const answers: CommandResult[] = []
  for (let round = 0; round < 10; round++)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          at % 2 === 0
            ? bob.command('post', { roomId, text: TEXT, ask: false })
            : bob.command('edit', { roomId, messageId, text: TEXT }),
        ),
      )),
    )
  const taken = answers.filter(({ ok }) => ok).length
  const codes = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]))
  expect(taken).toBeGreaterThanOrEqual(120)
  // 8 MiB at once, and as much again in each minute of the test.
  expect(taken).toBeLessThan(170)
  expect(new Set(codes)).toEqual(new Set(['rate-limited']))
  expect(await alice.command('post', { roomId, text: 'Hello.', ask: false })).toMatchObject({
    ok: true,
  })
  bob.close()
  alice.close()
})
