import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import type { Started } from '../judge/room-log.ts'
import { type Conversation, namesOf, readConversation } from './conversation.ts'
import { turnsOf } from './prompt.ts'
import { estimateTokens } from './tokens.ts'

let room: TestRoom
beforeEach(async () => {
  room = await TestRoom.open()
})
afterEach(() => room.log.close())

const PLENTY = 1_000_000
/** The cost of a short message: its label and a few bytes. */
const LABEL = 16

const read = (started: Started, budget = PLENTY) => readConversation(room.log, started, budget)
const texts = ({ history }: Conversation) => history.map((message) => message.text)

describe('the conversation of an answer', () => {
  it('has the messages before the question, oldest first, and the question separately', async () => {
    await room.say('bob', 'Hello.')
    await room.answer(await room.asked('alice', 'Why?'), 'Because.')
    const conversation = await read(await room.asked('bob', 'How?'))
    expect(texts(conversation)).toEqual(['Hello.', 'Why?', 'Because.'])
    expect(conversation).toMatchObject({
      question: { text: 'How?', by: 'bob' },
      continues: null,
      omitted: false,
    })
  })

  it('includes messages from the time in the queue, but none from after the start', async () => {
    const first = await room.asked('alice', 'Why?')
    await room.queued('bob', 'How?')
    await room.say('alice', 'While it waited.')
    const second = await room.answer(first, 'Because.')
    if (!second) throw new Error('the queue did not go on')
    await room.say('alice', 'Too late.')
    const conversation = await read(second)
    expect(texts(conversation)).toEqual(['Why?', 'Because.', 'While it waited.'])
    expect(conversation.question.text).toBe('How?')
  })

  it('includes other waiting questions, which the prompt leaves out', async () => {
    const first = await room.asked('alice', 'Why?')
    await room.queued('bob', 'How?')
    await room.queued('bob', 'And when?')
    const second = await room.answer(first, 'Because.')
    if (!second) throw new Error('the queue did not go on')
    const conversation = await read(second)
    expect(texts(conversation)).toContain('And when?')
    const [user] = turnsOf(conversation, (memberId) => memberId).slice(-1)
    expect(user?.parts.join()).toContain('How?')
    expect(user?.parts.join()).not.toContain('And when?')
  })

  it('reads back through pages: 300 messages, none twice, none missing', async () => {
    const said = Array.from({ length: 300 }, (_, index) => `Message ${index + 1}.`)
    for (const text of said) await room.say('bob', text)
    const conversation = await read(await room.asked('alice', 'Why?'))
    expect(texts(conversation)).toEqual(said)
    expect(conversation.omitted).toBe(false)
  })

  it('keeps the newest messages within the budget and reports that older ones were left out', async () => {
    for (let index = 1; index <= 300; index++) await room.say('bob', `Message ${index}.`)
    const started = await room.asked('alice', 'Why?')
    const cost = (text: string) => estimateTokens(text) + LABEL
    const budget = cost('Why?') + cost('Message 300.') + cost('Message 299.')
    const exact = await read(started, budget)
    expect(texts(exact)).toEqual(['Message 299.', 'Message 300.'])
    expect(exact.omitted).toBe(true)
    expect(texts(await read(started, budget - 1))).toEqual(['Message 300.'])
  })

  it('does not skip a long message to fit shorter ones before it', async () => {
    await room.say('bob', 'Short.')
    await room.say('bob', 'Long. '.repeat(1000))
    await room.say('bob', 'Newest.')
    const conversation = await read(await room.asked('alice', 'Why?'), 200)
    expect(texts(conversation)).toEqual(['Newest.'])
    expect(conversation.omitted).toBe(true)
  })

  it('includes the question whatever its cost', async () => {
    await room.say('bob', 'Hello.')
    const conversation = await read(await room.asked('alice', 'Why? '.repeat(5000)), 1000)
    expect(conversation.question.text).toHaveLength(25_000)
    expect(conversation).toMatchObject({ history: [], omitted: true })
  })

  it('is not cut if everything fits to the last token', async () => {
    await room.say('bob', 'Hello.')
    const started = await room.asked('alice', 'Why?')
    const budget = estimateTokens('Hello.') + estimateTokens('Why?') + 2 * LABEL
    expect(await read(started, budget)).toMatchObject({ omitted: false })
    expect(await read(started, budget - 1)).toMatchObject({ omitted: true })
  })
})

describe('the conversation of a retry', () => {
  it('ends where the conversation of the first attempt ended', async () => {
    await room.say('bob', 'Before.')
    const first = await room.asked('alice', 'Why?')
    await room.answer(first, 'Because.')
    await room.say('bob', 'After.')
    const conversation = await read(await room.askedAgain('bob', first.generationId, 'retry'))
    expect(texts(conversation)).toEqual(['Before.'])
    expect(conversation).toMatchObject({ question: { text: 'Why?' }, continues: null })
  })

  it('of a retry ends there too', async () => {
    await room.say('bob', 'Before.')
    const first = await room.asked('alice', 'Why?')
    await room.answer(first, 'Because.')
    const second = await room.askedAgain('bob', first.generationId, 'retry')
    await room.answer(second, 'Really.')
    const conversation = await read(await room.askedAgain('bob', second.generationId, 'retry'))
    expect(texts(conversation)).toEqual(['Before.'])
    expect(conversation.continues).toBeNull()
  })

  it('of a continuation continues the same reply', async () => {
    const first = await room.asked('alice', 'Why?')
    await room.answer(first, 'Beca')
    const rest = await room.askedAgain('bob', first.generationId, 'continue')
    await room.answer(rest, 'nonsense')
    await room.say('bob', 'After.')
    const conversation = await read(await room.askedAgain('bob', rest.generationId, 'retry'))
    expect(texts(conversation)).toEqual(['Why?', 'Beca'])
    expect(conversation.continues).toMatchObject({ text: 'Beca' })
  })

  it('of a generation that is not in the room is refused', async () => {
    const first = await room.asked('alice', 'Why?')
    const strange = { ...first, mode: 'retry', of: 'nothing' } as const
    await expect(read(strange)).rejects.toMatchObject({ body: { code: 'generation-not-found' } })
    await expect(read({ ...first, messageId: 'nothing' })).rejects.toMatchObject({
      body: { code: 'message-not-found' },
    })
  })
})

describe('the conversation of a continuation', () => {
  it('ends with the reply to be continued', async () => {
    await room.say('bob', 'Before.')
    const first = await room.asked('alice', 'Why?')
    await room.say('bob', 'Meanwhile.')
    await room.answer(first, 'Beca')
    await room.say('bob', 'After.')
    const conversation = await read(await room.askedAgain('bob', first.generationId, 'continue'))
    expect(texts(conversation)).toEqual(['Before.', 'Why?', 'Beca'])
    expect(conversation.continues).toMatchObject({ text: 'Beca' })
  })

  it('includes the question and that reply whatever their cost', async () => {
    await room.say('bob', 'Before.')
    const first = await room.asked('alice', 'Why? '.repeat(1000))
    await room.answer(first, 'Beca'.repeat(1000))
    const conversation = await read(
      await room.askedAgain('bob', first.generationId, 'continue'),
      1000,
    )
    expect(conversation.history.map(({ kind }) => kind)).toEqual(['said', 'reply'])
    expect(conversation.omitted).toBe(true)
    expect(turnsOf(conversation, () => 'Alice').map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ])
  })

  it('includes the question even if many messages lie between the two', async () => {
    const first = await room.asked('alice', 'One?')
    await room.queued('bob', 'Two?')
    for (let index = 1; index <= 50; index++) await room.say('alice', `Message ${index}.`)
    const second = await room.answer(first, 'Because.')
    if (!second) throw new Error('the queue did not go on')
    await room.answer(second, 'Ther')
    const conversation = await read(
      await room.askedAgain('bob', second.generationId, 'continue'),
      100,
    )
    expect(texts(conversation).at(0)).toBe('Two?')
    expect(texts(conversation).at(-1)).toBe('Ther')
    expect(conversation.omitted).toBe(true)
  })
})

describe('names', () => {
  it('are looked up by member, with a placeholder for an unknown one', () => {
    const nameOf = namesOf([{ memberId: 'a', name: 'Ana', role: 'owner', joinedAt: 0 }])
    expect([nameOf('a'), nameOf('b')]).toEqual(['Ana', 'someone'])
  })
})
