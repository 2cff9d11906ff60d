// Whole conversations through real processes and sockets: at the pace of a real model, with difficult text, long
// answers and long rooms. Everybody sees the same bytes, and a reload shows them again.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RequestRecord } from '@roomcast/simulator'
import { digest } from '@roomcast/shared/digest'
import type { Message } from '@roomcast/shared/protocol'
import { LIMITS } from '@roomcast/shared/protocol'
import { byteLength, partsOf } from '@roomcast/shared/room'
import { Person, type Seat } from '../support/person.ts'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'
import { expectSame, type House, HOUSES, repliesIn } from './house.ts'

describe('a conversation at the pace of a real model', () => {
  it('[R1][R3.3][R3.5] is the same for all, including a stop and a continuation', async () => {
    const directory = await temporaryDirectory()
    const server = await startServerProcess({ DATA_DIR: directory.path, SIMULATOR_PACE: 'real' })
    onTestFinished(async () => {
      await server.kill()
      await directory.remove()
    })
    await expect.poll(server.stderr).toContain('a simulated Claude answers')
    const [ana, ben] = await Promise.all(
      ['Ana', 'Ben'].map((name) => Person.come(server.url, name)),
    )
    if (!ana || !ben) throw new Error('nobody came')
    const { roomId, invite } = await ana.makeRoom('Real')
    await ben.accept(invite)
    const seats = [ana.sit(roomId), ben.sit(roomId)] as const
    const [first, second] = seats
    await Promise.all(seats.map((seat) => seat.live()))
    const texts = watchTexts(first)

    await first.ask('Hello')
    await Promise.all(seats.map((seat) => seat.ended(1)))
    await first.ask('How do I cook lentils?')
    const { generationId } = await second.reads(300, 2)
    await second.send({ type: 'cancel', generationId, reason: 'enough' })
    for (const seat of seats)
      expect((await seat.ended(2)).ended).toMatchObject({ by: ben.memberId, reason: 'enough' })
    await first.send({ type: 'continue', generationId })
    await first.reads(50)
    const late = ben.sit(roomId)
    for (const seat of [...seats, late]) await seat.ended(3)

    for (const seat of [second, late]) expect(seat.state.messages).toEqual(first.state.messages)
    // Every text shown on a screen was a prefix of the final text.
    for (const reply of repliesIn(first.state.messages))
      for (const text of texts.get(reply.number) ?? [])
        expect(reply.text.startsWith(text)).toBe(true)
    expect(texts.get(3)?.length).toBeGreaterThan(3)
    for (const seat of [...seats, late]) seat.leave()
  })
})

/** Every text of each reply that somebody sees while it grows. */
function watchTexts(seat: Seat): Map<number, string[]> {
  const texts = new Map<number, string[]>()
  seat.client.subscribe(({ state }) => {
    for (const { number, text } of repliesIn(state?.messages ?? [])) {
      const known = texts.get(number) ?? []
      if (known.at(-1) !== text) texts.set(number, [...known, text])
    }
  })
  return texts
}

describe.each(HOUSES)('on %s', (_name, open) => {
  describe('[R1] an answer', () => {
    let house: House
    let alice: Seat
    let bob: Seat
    beforeAll(async () => {
      house = await open({ MAX_TOKENS: '128000' })
      ;[alice, bob] = await house.both()
    })
    afterAll(() => house.close())

    /** Asks, waits for the end on all screens, and compares them with a reload and with the simulator's text. */
    async function answered(directive: string) {
      const number = (repliesIn(alice.state.messages).at(-1)?.number ?? 0) + 1
      await alice.ask(`How? [simulate: ${directive}]`)
      const reply = await alice.ended(number)
      await bob.ended(number)
      await expectSame(house, alice, bob)
      const { text } = await house.asked()
      const written = partsOf(reply).filter(({ kind }) => kind === 'text')
      expect(digest(written.map((part) => part.text).join(''))).toBe(digest(text.toWellFormed()))
      return reply
    }

    it.each([
      ['difficult characters', 'unicode', '👩‍👩‍👧‍👦'],
      ['characters that arrive in two halves', 'cut-pairs', '𠮷'],
      ['writes that end inside characters', 'split-characters', 'שלום'],
      ['line ends of every kind, and NUL', 'unicode seed=2', '\r\nCR\rVT\u000B'],
      ['bytes that are not UTF-8', 'invalid-bytes', '\uFFFD'],
    ])('of %s is the same for all', async (_, directive, contains) => {
      const { text, ended } = await answered(directive)
      expect(ended).toMatchObject({ outcome: 'completed' })
      expect(text).toContain(contains)
      if (contains.startsWith('\r')) expect(text).toContain('NUL[\u0000]')
    })

    it('of 200 kB is the same for all', async () => {
      const { text, ended } = await answered('length=200000 chunk=400 gap=1')
      expect(text).toHaveLength(200_000)
      expect(ended).toMatchObject({ outcome: 'completed', stop: 'end_turn' })
    })

    it('with one line of 1 MiB is the same for all, cut at the token limit', async () => {
      const { ended, end } = await answered('unicode line=1048576 chunk=4000')
      expect(ended).toMatchObject({ outcome: 'completed', stop: 'max_tokens' })
      expect(end).toBeGreaterThan(300_000)
      expect(end).toBeLessThanOrEqual(LIMITS.replyBytes)
    })

    it('with visible thinking keeps thinking and text apart', async () => {
      const reply = await answered('thinking-summarized')
      expect(partsOf(reply).map(({ kind }) => kind)).toEqual(['thinking', 'text'])
    })

    it('without any text fails as empty', async () => {
      expect(await answered('empty-answer')).toMatchObject({
        text: '',
        end: 0,
        ended: { outcome: 'failed', error: { code: 'empty-answer' } },
      })
    })
  })

  describe('a room with 300 messages', () => {
    let house: House
    beforeAll(async () => {
      house = await open({ PROMPT_TOKENS: '2000' })
    })
    afterAll(() => house.close())

    const said = (index: number) => `Message ${index} of 300.`
    const promptOf = ({ body }: RequestRecord) =>
      (body as { messages: { role: string; content: { text: string }[] }[] }).messages

    it('sends Claude the newest within the budget, reports that older ones were left out, and loses none', async () => {
      const [alice, bob] = await house.both()
      for (let index = 1; index <= 300; index++)
        await (index % 2 === 0 ? alice : bob).send({ type: 'post', text: said(index), ask: false })
      await alice.ask('And what now? [simulate: length=200]')
      expect((await bob.ended()).ended).toMatchObject({ outcome: 'completed', omitted: true })

      const record = await house.asked()
      const parts = promptOf(record).flatMap(({ content }) => content.map(({ text }) => text))
      expect(parts.at(-1)).toBe(
        '<message from="Alice">\nAnd what now? [simulate: length=200]\n</message>',
      )
      const numbers = parts.slice(0, -1).map((part) => Number(/Message (\d+) of/.exec(part)?.[1]))
      const oldest = numbers[0] ?? 0
      expect(numbers).toEqual(Array.from({ length: 301 - oldest }, (_, index) => oldest + index))
      expect(numbers.length).toBeGreaterThan(20)
      expect(byteLength(JSON.stringify(promptOf(record))) / 3).toBeLessThan(4000)

      await alice.ended()
      await expectSame(house, alice, bob)
      expect(alice.state.messages).toHaveLength(LIMITS.windowMessages)
      const all = await everything()
      expect(all.flatMap((message) => (message.kind === 'said' ? [message.text] : []))).toEqual([
        ...Array.from({ length: 300 }, (_, index) => said(index + 1)),
        'And what now? [simulate: length=200]',
      ])
    })

    /** All messages of the room, read page by page over HTTP. */
    async function everything(): Promise<Message[]> {
      let all: Message[] = []
      for (let earlier = true; earlier;) {
        const before = all[0] ? `&before=${all[0].offset}` : ''
        const page = await house.bob.call<{ messages: Message[]; earlier: boolean }>(
          `/api/rooms/${house.roomId}/messages?limit=100${before}`,
        )
        all = [...page.messages, ...all]
        earlier = page.earlier
      }
      return all
    }
  })
})
