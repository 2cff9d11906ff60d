import type { Member, Reply } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { listPeople, sumOf } from './people-list.ts'

const member = (memberId: string, more: Partial<Member> = {}): Member => ({
  memberId,
  name: memberId,
  role: 'member',
  joinedAt: 1,
  ...more,
})

describe('the list of people', () => {
  it('has the members present with their looks, then the others, in order of joining, without former members', () => {
    const members = [member('ana'), member('bo'), member('cy', { gone: 'left' }), member('dee')]
    const { here, others } = listPeople(members, [
      { memberId: 'dee', typing: false, look: 'above' },
      { memberId: 'ana', typing: false },
      { memberId: 'cy', typing: false, look: 'live' },
    ])
    expect(here.map(({ member: { memberId }, look }) => [memberId, look])).toEqual([
      ['ana', null],
      ['dee', 'above'],
    ])
    expect(others).toEqual([{ member: member('bo'), look: 'offline' }])
  })
})

describe('the usage of a room', () => {
  const reply = (number: number, model: string): Reply => ({
    kind: 'reply',
    generationId: `g${number}`,
    number,
    offset: number,
    at: 1,
    messageId: 'm',
    by: 'ana',
    mode: 'answer',
    model,
    text: '',
    end: 0,
    marks: [],
    ended: {
      outcome: 'completed',
      at: 2,
      usage: { inputTokens: 1_000_000, outputTokens: 500_000, estimated: false },
    },
  })
  const models = {
    simulated: false,
    default: 'a',
    models: [
      {
        id: 'a',
        name: 'A',
        maxInputTokens: 1,
        maxOutputTokens: 1,
        price: { input: 3, output: 15 },
      },
    ],
  }

  it('is the sum over the ended answers, with their cost where the price is known', () => {
    const state = {
      ...emptyRoom('r', 'e'),
      messages: [reply(1, 'a'), { ...reply(2, 'a'), ended: null }],
    }
    expect(sumOf(state, models)).toEqual({
      answers: 1,
      tokens: 1_500_000,
      dollars: 10.5,
      more: false,
      last: null,
    })
  })

  it('says how many messages it covers and that some have no price; a simulated Claude costs nothing', () => {
    const room = { ...emptyRoom('r', 'e'), earlier: true, messages: [reply(1, 'a'), reply(2, 'b')] }
    expect(sumOf(room, models)).toMatchObject({ dollars: 10.5, more: true, last: 2 })
    expect(sumOf(room, { ...models, simulated: true })).toMatchObject({ dollars: null })
    expect(sumOf(room, null)).toMatchObject({ dollars: null })
  })
})
