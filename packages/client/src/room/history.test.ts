import type { RoomState, Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import {
  followHistory,
  hasEarlier,
  pageBefore,
  shownMessages,
  startHistory,
  STEP,
  stepUp,
  withPage,
} from './history.ts'

function said(offset: number): Said {
  const messageId = `m${offset}`
  return { kind: 'said', messageId, offset, at: 0, by: 'a', text: '', ask: false, withdrawn: false }
}

/** A room whose window holds the messages with these offsets. */
function room(from: number, to: number, earlier = from > 1): RoomState {
  const messages = Array.from({ length: to - from + 1 }, (_, index) => said(from + index))
  return { ...emptyRoom('r', 'e'), offset: to, messages, earlier }
}

const offsets = (...of: Parameters<typeof shownMessages>) =>
  shownMessages(...of).map(({ offset }) => offset)

describe('the messages on a screen', () => {
  it('are the newest at first', () => {
    const state = room(1, 80)
    const history = startHistory(state)
    expect(shownMessages(history, state)).toHaveLength(STEP)
    expect(hasEarlier(history, state)).toBe(true)
  })

  it('go up a step within the window, then by pages', () => {
    const state = room(101, 180)
    const up = stepUp(startHistory(state), state)
    expect(up && offsets(up, state)[0]).toBe(101)
    expect(up && stepUp(up, state)).toBeNull()
    expect(up && pageBefore(up, state)).toBe(101)
    const paged = up && withPage(up, { messages: [said(99), said(100)], earlier: false })
    expect(paged && offsets(paged, state).slice(0, 3)).toEqual([99, 100, 101])
    expect(paged && hasEarlier(paged, state)).toBe(false)
    expect(paged && pageBefore(paged, state)).toBe(99)
  })

  it('stay when they leave the window', () => {
    const before = room(1, 3)
    const after = room(3, 5, true)
    const history = followHistory(startHistory(before), before, after)
    expect(offsets(history, after)).toEqual([1, 2, 3, 4, 5])
    expect(hasEarlier(history, after)).toBe(false)
  })

  it('can be had again when they left the window unseen', () => {
    const before = room(1, 60)
    const after = room(12, 70, true)
    const history = followHistory(startHistory(before), before, after)
    expect(offsets(history, after)[0]).toBe(11)
    expect(hasEarlier(history, after)).toBe(true)
    expect(pageBefore(history, after)).toBe(11)
  })

  it('begin anew when the room was read from elsewhere', () => {
    const before = room(1, 3)
    const after = room(10, 12)
    expect(offsets(followHistory(startHistory(before), before, after), after)).toEqual([10, 11, 12])
    const other = { ...room(2, 4), epoch: 'other' }
    expect(offsets(followHistory(startHistory(before), before, other), other)).toEqual([2, 3, 4])
  })
})
