import type { Entry, MessagesPage, RoomState, Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { PagePlace } from '../api/api.ts'
import { useHistory } from './use-history.ts'

function stretch(from: number, to: number, text = 'said'): Said[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const offset = from + index
    const ids = { messageId: `m${offset}`, offset, at: 0, by: 'a' }
    return { kind: 'said', ...ids, text, ask: false, withdrawn: false } as const
  })
}

/** A room whose window holds the messages with these offsets. */
function room(from: number, to: number): RoomState {
  return { ...emptyRoom('r', 'e'), offset: to, messages: stretch(from, to), earlier: from > 1 }
}

function retracted(offset: number, of: number): Entry {
  return { type: 'message-retracted', offset, at: 0, messageId: `m${of}`, by: 'a' }
}

/** A history whose pages arrive when the test delivers them. */
function setup(first: RoomState, at: () => number = () => Infinity) {
  const state = shallowRef<RoomState | null>(first)
  const asked: { place: PagePlace; give: (page: MessagesPage) => void; fail: () => void }[] = []
  const messages = (_roomId: string, place: PagePlace): Promise<MessagesPage> =>
    new Promise((give, reject) => {
      asked.push({ place, give, fail: () => reject(new Error('away')) })
    })
  const history = useHistory(() => state.value, { messages }, at)
  const text = (offset: number) =>
    history.messages.value.find((message) => message.offset === offset)?.text
  return { state, asked, history, text }
}

describe('the messages shown', () => {
  it('go to the target of a link even while another page is loading', async () => {
    const { asked, history } = setup(room(951, 1000))
    const earlier = history.showEarlier()
    const around = history.showAround(100)
    asked[1]?.give({ messages: stretch(51, 150), earlier: true, later: true })
    expect(await around).toBe(100)
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    expect(history.messages.value[0]?.offset).toBe(51)
  })

  it('do not go to another message if the target could not be read', async () => {
    const { asked, history } = setup(room(951, 1000))
    const around = history.showAround(100)
    asked[0]?.fail()
    expect(await around).toBeNull()
    expect(history.problem.value).not.toBeNull()
  })

  it('lose the text of a message that was retracted while they were loading', async () => {
    const { asked, history, text } = setup(room(951, 1000))
    const earlier = history.showEarlier()
    history.amend([retracted(1001, 900)])
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    expect(text(900)).toBe('')
    expect(text(901)).toBe('said')
  })
})

describe('after a snapshot, which lacks changes to older messages,', () => {
  it('these are read again around the place of the reader', async () => {
    const { state, asked, history, text } = setup(room(951, 1000), () => 900)
    const earlier = history.showEarlier()
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    state.value = { ...room(951, 1000), offset: 1001 }
    expect(asked[1]?.place).toEqual({ around: 900 })
    asked[1]?.give({ messages: stretch(851, 950, 'edited'), earlier: true, later: true })
    await expect.poll(() => text(900)).toBe('edited')
  })

  it('these are read again on the next request if that failed', async () => {
    const { state, asked, history, text } = setup(room(951, 1000), () => 900)
    const earlier = history.showEarlier()
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    state.value = { ...room(951, 1000), offset: 1001 }
    asked[1]?.fail()
    await expect.poll(() => history.problem.value).not.toBeNull()
    const again = history.showEarlier()
    asked[2]?.give({ messages: stretch(851, 950, 'edited'), earlier: true, later: true })
    await again
    expect(text(900)).toBe('edited')
  })

  it('these are dropped if the reader is at the end', async () => {
    const { state, asked, history } = setup(room(951, 1000))
    const earlier = history.showEarlier()
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    state.value = { ...room(951, 1000), offset: 1001 }
    expect(history.messages.value[0]?.offset).toBe(951)
  })

  it('these stay as they are if entries reported the changes', async () => {
    const { state, asked, history } = setup(room(951, 1000))
    const earlier = history.showEarlier()
    asked[0]?.give({ messages: stretch(851, 950), earlier: true })
    await earlier
    history.amend([retracted(1001, 900)])
    state.value = { ...room(951, 1000), offset: 1001 }
    expect(history.messages.value[0]?.offset).toBe(851)
    expect(asked).toHaveLength(1)
  })
})
