import type { Ended, Member, Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { announcementOf } from './announcement.ts'

const REPLY: Reply = {
  kind: 'reply',
  generationId: 'g1',
  number: 1,
  offset: 4,
  at: 1000,
  messageId: 'm1',
  by: 'ana',
  mode: 'answer',
  model: 'm',
  text: 'Two words',
  end: 9,
  marks: [{ kind: 'text', from: 0 }],
  ended: null,
}
const SILENT: Reply = { ...REPLY, text: '', end: 0, marks: [] }
const MEMBERS: readonly Member[] = ['Ana', 'Bo'].map((name) => ({
  memberId: name.toLowerCase(),
  name,
  role: 'member',
  joinedAt: 1,
}))
const BASE: RoomState = { ...emptyRoom('r', 'e'), members: MEMBERS, offset: 2 }
const QUESTION: Said = {
  kind: 'said',
  messageId: 'm1',
  offset: 3,
  at: 1,
  by: 'ana',
  text: 'Why?',
  ask: true,
  withdrawn: false,
}

/** The announcement that Bo hears. */
function heard(before: RoomState | null, after: RoomState) {
  return announcementOf(before, after, 'bo')
}

describe('a screen reader', () => {
  it('hears nothing when a room opens', () => {
    expect(heard(null, { ...BASE, messages: [QUESTION] })).toBeNull()
  })

  it('hears the end of an answer even if it began and ended between two states', () => {
    const reply: Reply = { ...REPLY, ended: { outcome: 'completed', at: 2000, stop: 'end_turn' } }
    const after = { ...BASE, offset: 5, messages: [QUESTION, reply] }
    expect(heard(BASE, after)?.calm).toBe('Ana asked Claude. Claude finished. 2 words.')
    const failed = { ...reply, ended: { outcome: 'failed', at: 2000 } as const }
    expect(heard(BASE, { ...after, messages: [QUESTION, failed] })?.urgent).not.toBe('')
  })

  it('hears who asked and whom Claude is answering', () => {
    const messages = [QUESTION, SILENT]
    expect(heard(BASE, { ...BASE, offset: 4, running: 1, messages })?.calm).toBe(
      'Ana asked Claude. Claude is answering Ana.',
    )
  })

  it('hears the messages of others, but not those of its own member', () => {
    const talk = { ...QUESTION, ask: false }
    const after = { ...BASE, offset: 3, messages: [talk] }
    expect(announcementOf(BASE, after, 'bo')?.calm).toBe('Ana: Why?')
    expect(announcementOf(BASE, after, 'ana')).toBeNull()
  })

  it('hears only the newest of many messages after a reconnect, and none that was retracted', () => {
    const messages = Array.from({ length: 30 }, (_, index): Said => {
      const retracted = index === 29 ? { text: '', retractedBy: 'ana' } : {}
      const offset = 3 + index
      const text = `Number ${index}`
      return { ...QUESTION, messageId: `m${offset}`, offset, text, ask: false, ...retracted }
    })
    expect(heard(BASE, { ...BASE, offset: 32, messages })?.calm).toBe(
      'Ana: Number 26 Ana: Number 27 Ana: Number 28',
    )
  })

  it('does not hear the growing text', () => {
    const before = { ...BASE, offset: 4, running: 1, messages: [SILENT] }
    expect(heard(before, { ...before, messages: [REPLY] })).toBeNull()
  })

  it('hears how an answer ended, as urgent only if something went wrong', () => {
    const before = { ...BASE, offset: 4, running: 1, messages: [REPLY] }
    const after = (ended: Ended, text = REPLY.text): RoomState => ({
      ...before,
      offset: 5,
      running: null,
      messages: [{ ...REPLY, text, ended }],
    })
    expect(heard(before, after({ outcome: 'completed', at: 1 }))).toEqual({
      calm: 'Claude finished. 2 words.',
      urgent: '',
    })
    const code = 'One\n```ts\nlet a\n```\n'
    expect(heard(before, after({ outcome: 'completed', at: 1 }, code))?.calm).toContain(
      ', 1 code block.',
    )
    expect(heard(before, after({ outcome: 'cancelled', by: 'bo', at: 1 }))?.calm).toContain(
      'Stopped by Bo',
    )
    expect(heard(before, after({ outcome: 'interrupted', at: 1 }))?.urgent).toContain('nterrupted')
  })

  it('hears who joins, leaves and is removed, and the new name of the room', () => {
    const [ana, bo] = MEMBERS as [Member, Member]
    const calm = (members: readonly Member[], title = '') =>
      heard({ ...BASE, members: [ana] }, { ...BASE, offset: 3, members, title })?.calm
    expect(calm([ana, bo])).toBe('Bo joined.')
    expect(calm([{ ...ana, gone: 'left' }])).toBe('Ana left.')
    expect(calm([{ ...ana, gone: 'removed' }])).toBe('Ana was removed.')
    expect(calm([ana], 'Design')).toBe('The room is now called Design.')
  })
})
