import type { Message, Reply } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { newestReplies } from './newest-replies.ts'

function reply(number: number, end: number, more: Partial<Reply> = {}): Reply {
  return {
    kind: 'reply',
    generationId: `g${number}`,
    number,
    offset: number,
    at: 1,
    messageId: 'q',
    by: 'ana',
    mode: 'continue',
    model: 'm',
    text: 'x'.repeat(end),
    end,
    marks: [{ kind: 'text', from: 0 }],
    ended: { outcome: 'cancelled', at: 2 },
    ...more,
  }
}

function newest(...messages: readonly Message[]) {
  const { any, telling } = newestReplies(messages)
  return { any: [...any], telling: [...telling] }
}

describe('the reply to continue from', () => {
  it('is the newest one to its question', () => {
    expect(newest(reply(1, 5), reply(2, 5))).toEqual({ any: [2], telling: [2] })
  })

  it('is still the one with text when its continuation ended before the first word', () => {
    expect(newest(reply(1, 5), reply(2, 0))).toEqual({ any: [2], telling: [1] })
    expect(newest(reply(1, 5), reply(2, 0), reply(3, 0))).toEqual({ any: [3], telling: [1] })
    expect(newest(reply(1, 5), reply(2, 0), reply(3, 7))).toEqual({ any: [3], telling: [3] })
  })

  it('is not one that was stopped while Claude was still thinking', () => {
    const thoughts = reply(2, 9, { marks: [{ kind: 'thinking', from: 0 }] })
    const begun = reply(3, 9, { marks: [...thoughts.marks, { kind: 'text', from: 9 }] })
    expect(newest(reply(1, 5), thoughts, begun)).toEqual({ any: [3], telling: [1] })
  })

  it('is the one being written, even before its first word', () => {
    expect(newest(reply(1, 5), reply(2, 0, { ended: null }))).toEqual({ any: [2], telling: [2] })
  })

  it('is determined separately for each question', () => {
    expect(newest(reply(1, 5), reply(2, 5, { messageId: 'other' }))).toEqual({
      any: [1, 2],
      telling: [1, 2],
    })
  })
})
