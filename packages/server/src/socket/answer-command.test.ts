import { describe, expect, it } from 'vitest'
import { answerCommand } from './answer-command.ts'
import type { RoomsPort } from './rooms-port.ts'
import type { SocketConnection } from './socket-connection.ts'

/** No rooms at all: a use of them would throw, and the answer would be `internal`. */
const answer = (input: unknown) =>
  answerCommand({} as RoomsPort, {} as SocketConnection, input, () => undefined)
const post = { type: 'post', commandId: 'c', roomId: 'r', text: 'x', ask: false }
const refused = { ok: false, error: { code: 'bad-request' } }

/** A list of `length` that counts how many of its items are read. */
function watched(length: number, item: unknown) {
  const seen = { items: 0 }
  const list = new Proxy(Array<unknown>(length).fill(item), {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) seen.items++
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  return { list, seen }
}

describe('[R7.1] a command with a fault', () => {
  it.each([
    ['wrong', '!'],
    ['right', 'id'],
  ])('of 165,000 mentions that are %s is refused without a look at any', async (_, id) => {
    const { list, seen } = watched(165_000, id)
    expect(await answer({ ...post, mentions: list })).toMatchObject(refused)
    expect(seen.items).toBe(0)
  })

  it('is read only up to its first fault', async () => {
    const { list, seen } = watched(50, '!')
    expect(await answer({ ...post, mentions: list })).toMatchObject(refused)
    expect(seen.items).toBe(1)
  })

  it.each([
    ['a title of 500,000 accents', { type: 'configure', title: `a${'\u0301'.repeat(500_000)}` }],
    [
      'instructions of 500,000 characters',
      { type: 'configure', instructions: 'x'.repeat(500_000) },
    ],
    ['a quote of 500,000', { ...post, quote: { of: 'x', text: 'x'.repeat(500_000) } }],
    ['an id of 500,000', { ...post, roomId: 'x'.repeat(500_000) }],
    ['a type of 500,000', { ...post, type: 'x'.repeat(500_000) }],
    [
      'a position in 500,000 lists',
      { type: 'join', since: JSON.parse('['.repeat(500_000) + ']'.repeat(500_000)) as unknown },
    ],
  ])('is refused with a short word: %s', async (_, fields) => {
    const result = await answer({ commandId: 'c', roomId: 'r', ...fields })
    expect(result).toMatchObject({ ok: false })
    expect(JSON.stringify(result).length).toBeLessThan(300)
  })
})
