import type { Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import {
  amended,
  followHistory,
  fromWindow,
  hasEarlier,
  type History,
  KEEP,
  pageAfter,
  pageBefore,
  shownMessages,
  startHistory,
  STEP,
  stepUp,
  stretchOf,
  withLaterPage,
  withMessage,
  withPage,
} from './history.ts'

function said(offset: number, text = ''): Said {
  const messageId = `m${offset}`
  return { kind: 'said', messageId, offset, at: 0, by: 'a', text, ask: false, withdrawn: false }
}

function reply(offset: number, text: string): Reply {
  const ids = { generationId: `g${offset}`, messageId: 'm', by: 'a', number: offset }
  const rest = { mode: 'answer', model: '', end: text.length, marks: [], ended: null } as const
  return { kind: 'reply', ...ids, offset, at: 0, text, ...rest }
}

function stretch(from: number, to: number): Said[] {
  return Array.from({ length: to - from + 1 }, (_, index) => said(from + index))
}

/** A room whose window holds the messages with these offsets. */
function room(from: number, to: number, earlier = from > 1): RoomState {
  return { ...emptyRoom('r', 'e'), offset: to, messages: stretch(from, to), earlier }
}

/** The same, preceded by a reply that is still being written. */
function roomWithHole(running: Reply, from: number, to: number): RoomState {
  const state = room(from, to)
  return { ...state, messages: [running, ...state.messages], hole: true, running: running.number }
}

const offsets = (...of: Parameters<typeof shownMessages>) =>
  shownMessages(...of).map(({ offset }) => offset)
const ends = (history: History, state: RoomState) => {
  const all = offsets(history, state)
  return [all[0], all.at(-1), all.length]
}

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

  it('can be paged in if they left the window unseen', () => {
    const before = room(1, 60)
    const after = room(12, 70, true)
    const history = followHistory(startHistory(before), before, after)
    expect(offsets(history, after)[0]).toBe(11)
    expect(hasEarlier(history, after)).toBe(true)
    expect(pageBefore(history, after)).toBe(11)
  })

  it('start over when the new state does not connect to the old one', () => {
    const before = room(1, 3)
    const after = room(10, 12)
    expect(offsets(followHistory(startHistory(before), before, after), after)).toEqual([10, 11, 12])
    const other = { ...room(2, 4), epoch: 'other' }
    expect(offsets(followHistory(startHistory(before), before, other, 2), other)).toEqual([2, 3, 4])
  })

  it('stay for a reader further up, even if much was missed in the meantime', () => {
    const [before, after] = [room(1, 3), room(10, 12)]
    const history = followHistory(startHistory(before), before, after, 2)
    expect([history.detached, offsets(history, after)]).toEqual([true, [1, 2, 3]])
    const page = { messages: stretch(4, 11), earlier: true, later: true }
    const joined = withLaterPage(history, after, page, 2)
    expect([joined.detached, ends(joined, after)]).toEqual([false, [1, 12, 12]])
  })

  it('receive edits and retractions even after they left the window', () => {
    const before = room(1, 3)
    const after = room(3, 5, true)
    const history = followHistory(startHistory(before), before, after)
    const edit = { type: 'message-edited', offset: 6, at: 7, messageId: 'm1', by: 'a', text: 'B' }
    const gone = { type: 'message-retracted', offset: 7, at: 8, messageId: 'm2', by: 'a' }
    const shown = shownMessages(amended(history, [edit, gone]), after)
    expect(shown.slice(0, 2)).toMatchObject([
      { text: 'B', editedAt: 7 },
      { text: '', retractedBy: 'a' },
    ])
    const other = { type: 'generation-ended' }
    expect(amended(history, [other])).toBe(history)
  })
})

describe('a stretch far back', () => {
  const state = room(900, 1000)

  it('is shown by itself, and joins the window when it reaches it', () => {
    const far = stretchOf(state, { messages: stretch(480, 520), earlier: true, later: true })
    expect([far.detached, ends(far, state)]).toEqual([true, [480, 520, 41]])
    expect(stepUp(far, state)).toBeNull()
    expect([pageBefore(far, state), pageAfter(far)]).toEqual([480, 520])
    const on = withLaterPage(
      far,
      state,
      { messages: stretch(521, 890), earlier: true, later: true },
      1,
    )
    expect(on.detached).toBe(true)
    const joined = withLaterPage(
      on,
      state,
      { messages: stretch(891, 950), earlier: true, later: true },
      1,
    )
    expect([joined.detached, ends(joined, state)]).toEqual([false, [480, 1000, 521]])
  })

  it('does not move when others write', () => {
    const far = stretchOf(state, { messages: stretch(480, 520), earlier: true, later: true })
    const after = room(910, 1010)
    expect(offsets(followHistory(far, state, after), after)).toEqual(offsets(far, state))
  })

  it('is not needed if the window holds the message', () => {
    const history = startHistory(state)
    expect(fromWindow(history, state, 980)).toBe(history)
    const from = fromWindow(history, state, 940)
    expect(from && ends(from, state)).toEqual([900, 1000, 101])
    expect(fromWindow(history, state, 899)).toBeNull()
    expect(fromWindow(history, room(1, 100), 0)?.from).toBe(1)
  })
})

describe('the history', () => {
  const state = room(5000, 5100)

  it('is bounded on the way up: it drops the end of the conversation', () => {
    let history = startHistory(state)
    for (let to = 4999; to > 2000; to -= 100)
      history = withPage(history, { messages: stretch(to - 99, to), earlier: true }, to - 50)
    expect(history.older).toHaveLength(KEEP)
    expect([history.detached, ends(history, state)[0]]).toEqual([true, 2000])
  })

  it('is bounded on the way down: it drops the beginning', () => {
    let history = stretchOf(state, { messages: stretch(1, 100), earlier: false, later: true })
    for (let from = 101; from < 3000; from += 100) {
      const page = { messages: stretch(from, from + 99), earlier: true, later: true }
      history = withLaterPage(history, state, page, from)
    }
    expect(history.older).toHaveLength(KEEP)
    expect([history.earlier, history.detached, pageAfter(history)]).toEqual([true, true, 3000])
  })

  it('is bounded for a reader who stays at the end for days', () => {
    let before = room(1, 100)
    let history = startHistory(before)
    for (let to = 101; to < 3000; to++) {
      const after = room(to - 99, to)
      history = followHistory(history, before, after)
      before = after
    }
    expect(history.older).toHaveLength(KEEP)
    expect([history.detached, ends(history, before)[1]]).toEqual([false, 2999])
  })
})

describe('a reply that is still being written when its place leaves the window', () => {
  it('stays in its place, live, and is read again after its end', () => {
    const messages = [said(1), reply(2, 'a'), said(3), said(4)]
    const before = { ...room(1, 4), messages, running: 2 }
    const after = roomWithHole(reply(2, 'ab'), 4, 6)
    const history = followHistory(startHistory(before), before, after)
    expect(offsets(history, after)).toEqual([1, 2, 3, 4, 5, 6])
    expect(shownMessages(history, after)[1]).toMatchObject({ text: 'ab' })
    const end = room(4, 7)
    const ended = followHistory(history, after, end)
    expect([ended.stale, offsets(ended, end)]).toEqual([2, [1, 2, 3, 4, 5, 6, 7]])
    const whole = withMessage(ended, reply(2, 'abc'))
    expect([whole.stale, shownMessages(whole, end)[1]]).toMatchObject([null, { text: 'abc' }])
  })

  it('is shown first if its place is not on the screen', () => {
    const state = roomWithHole(reply(2, 'ab'), 40, 100)
    expect(offsets(startHistory(state), state).slice(0, 3)).toEqual([2, 51, 52])
    const page = { messages: [said(1), reply(2, 'a'), said(3)], earlier: false }
    const paged = withPage(startHistory(state), page)
    expect(offsets(paged, state).slice(0, 4)).toEqual([1, 2, 3, 40])
  })
})
