import type { Reply, Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { worthNotifying, unreadWhileHidden, tabTitle } from './tab-title.ts'

const said = (offset: number, by: string, mentions: readonly string[] = []): Said => ({
  kind: 'said',
  messageId: `m${offset}`,
  offset,
  at: 1,
  by,
  text: 'Hello',
  ask: false,
  withdrawn: false,
  mentions,
})
const reply = (offset: number, number: number, by: string, ended: boolean): Reply => ({
  kind: 'reply',
  generationId: `g${number}`,
  number,
  offset,
  at: 1,
  messageId: 'm',
  by,
  mode: 'answer',
  model: 'm',
  text: '',
  end: 0,
  marks: [],
  ended: ended ? { outcome: 'completed', at: 2 } : null,
})

describe('the unread messages of a hidden page', () => {
  it('do not include retracted ones', () => {
    const messages = [{ ...said(3, 'bo', ['ana']), text: '', retractedBy: 'bo' }]
    const room = { ...emptyRoom('r', 'e'), messages }
    expect(unreadWhileHidden(room, { offset: 2, running: null }, 'ana')).toEqual([])
  })

  const state = {
    ...emptyRoom('r', 'e'),
    messages: [
      said(3, 'bo'),
      reply(4, 1, 'ana', true),
      said(6, 'ana'),
      said(7, 'bo', ['ana']),
      reply(8, 2, 'bo', true),
      reply(10, 3, 'ana', false),
    ],
  }
  const fresh = unreadWhileHidden(state, { offset: 5, running: 1 }, 'ana')

  it('are those of others and the answers that have ended since, even if begun before', () => {
    expect(fresh.map(({ offset }) => offset)).toEqual([4, 7, 8])
  })

  it('are worth notifying if Claude has answered this member or somebody has mentioned them', () => {
    expect(worthNotifying(fresh, 'ana').map(({ offset }) => offset)).toEqual([4, 7])
  })

  it('are counted in front of the title', () => {
    expect([tabTitle('Design', 0), tabTitle('Design', 3), tabTitle('Design', 120)]).toEqual([
      'Design',
      '(3) Design',
      '(99+) Design',
    ])
  })
})
