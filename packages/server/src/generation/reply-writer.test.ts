import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, partsOf } from '@roomcast/shared/room'
import { ForgetfulReply, StorageDouble } from '@roomcast/test/doubles/storage.ts'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import type { RoomLog, Started } from '../judge/room-log.ts'
import { type Halt, ReplyWriter, WINDOW_MS } from './reply-writer.ts'

let clock: SimulatedClock
let room: TestRoom
let storage: StorageDouble
let started: Started
let halts: Halt[]
let writer: ReplyWriter

beforeEach(async () => {
  clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  storage = new StorageDouble(room.log)
  started = await room.asked('alice', 'Why?')
  halts = []
  writer = newWriter(storage.log)
})
afterEach(() => room.log.close())

function newWriter(log: RoomLog): ReplyWriter {
  return new ReplyWriter({ log, owned: started, clock, onHalt: (halt) => halts.push(halt) })
}

const stored = async () => (await room.reply(started.generationId)).text
const sent = () => storage.appends.map(({ text }) => text)

/** Seals and ends like a generation; returns the reply as everybody sees it. */
async function end() {
  const final = await writer.seal()
  const { generationId, fence, roomId } = started
  const end = { generationId, fence, outcome: 'completed', final, next: null } as const
  expect(await room.log.end(roomId, end)).toMatchObject({ ok: true })
  const reply = await room.reply(started.generationId)
  expect(reply.end).toBe(byteLength(reply.text))
  return reply
}

describe('the pace of a reply', () => {
  it('sends the first text at once and later text in windows', async () => {
    writer.push('text', 'One')
    await settle()
    expect(sent()).toEqual(['One'])
    writer.push('text', ' two')
    await clock.advance(WINDOW_MS - 1)
    writer.push('text', ' three')
    expect(sent()).toEqual(['One'])
    await clock.advance(1)
    expect(sent()).toEqual(['One', ' two three'])
  })

  it('sends text at once again after a window without any', async () => {
    writer.push('text', 'One')
    await clock.advance(WINDOW_MS)
    writer.push('text', ' two')
    await settle()
    expect(sent()).toEqual(['One', ' two'])
  })

  it('has one append in flight at a time, however slow the storage is', async () => {
    const open = storage.hold()
    for (let index = 0; index < 50; index++) {
      writer.push('text', `${index} `)
      await clock.advance(WINDOW_MS)
    }
    expect(storage.appends).toHaveLength(1)
    open()
    await clock.advance(WINDOW_MS)
    expect(storage.appends).toHaveLength(2)
    expect(storage.mostAtOnce).toBe(1)
    expect((await end()).text).toBe(Array.from({ length: 50 }, (_, at) => `${at} `).join(''))
  })

  it('keeps only the last of any number of beginnings without text', async () => {
    const open = storage.hold()
    writer.push('text', 'One')
    for (let index = 0; index < 10_000; index++)
      writer.push(index % 2 === 0 ? 'thinking' : 'text', '')
    writer.push('thinking', 'Hm')
    open()
    await clock.advance(WINDOW_MS)
    expect(sent()).toEqual(['One', 'Hm'])
    expect(partsOf(await end())).toMatchObject([{ text: 'One' }, { kind: 'thinking', text: 'Hm' }])
  })

  it('counts text in flight in its length', async () => {
    const open = storage.hold()
    writer.push('text', 'One')
    await settle()
    expect([writer.length, writer.end]).toEqual([3, 0])
    open()
    await settle()
    expect([writer.length, writer.end]).toEqual([3, 3])
  })

  it('leaves no timer behind when it is sealed or dropped', async () => {
    writer.push('text', 'One')
    await settle()
    expect(clock.pending).toBe(1)
    await writer.seal()
    expect(clock.pending).toBe(0)
    const other = newWriter(storage.log)
    other.push('text', 'Other')
    await settle()
    other.drop()
    expect(clock.pending).toBe(0)
  })
})

describe('[R1.7] characters', () => {
  it('whose halves arrive in two pushes are written whole', async () => {
    writer.push('text', 'a\uD83D')
    await settle()
    expect(await stored()).toBe('a')
    expect(writer.length).toBeGreaterThan(1)
    writer.push('text', '\uDE00b')
    expect((await end()).text).toBe('a😀b')
  })

  it('without their other half become U+FFFD', async () => {
    writer.push('text', 'a\uD83D')
    writer.push('text', 'b\uDE00')
    writer.push('text', '\uDE00\uD83D\uD83D')
    await clock.advance(WINDOW_MS)
    const { text, end: length } = await end()
    expect(text).toBe('a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD')
    for (const piece of sent()) expect(piece.isWellFormed()).toBe(true)
    expect(length).toBe(byteLength(text))
  })

  it('are kept unchanged: NUL, BOM, line ends, joined emoji', async () => {
    const text = '\uFEFF\u0000\r\n\r\u2028👩‍👩‍👧‍👦\uFEFF'
    for (const unit of text.split('')) writer.push('text', unit)
    expect((await end()).text).toBe(text)
  })
})

describe('the marks of a reply', () => {
  it('distinguish thinking from text', async () => {
    writer.push('thinking', '')
    writer.push('thinking', 'Hmm.')
    writer.push('text', '')
    writer.push('text', 'Because.')
    expect(partsOf(await end())).toEqual([
      { kind: 'thinking', text: 'Hmm.' },
      { kind: 'text', text: 'Because.' },
    ])
  })

  it('show at once that Claude thinks, even without any text', async () => {
    writer.push('thinking', '')
    await settle()
    expect((await room.reply(started.generationId)).marks).toEqual([{ kind: 'thinking', from: 0 }])
    await clock.advance(WINDOW_MS)
    writer.push('text', 'Because.')
    expect((await end()).marks).toEqual([{ kind: 'text', from: 0 }])
  })

  it('are kept if the kind changes within one window', async () => {
    writer.push('text', 'One.')
    await settle()
    writer.push('thinking', 'Hmm.')
    writer.push('text', 'Two.')
    writer.push('thinking', 'Well.')
    expect(partsOf(await end()).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'text: One.',
      'thinking: Hmm.',
      'text: Two.',
      'thinking: Well.',
    ])
  })
})

describe('a storage that is away', () => {
  it.each(['before', 'after'] as const)(
    '[R1] loses and repeats nothing when it recovers (fails %s writing)',
    async (away) => {
      writer.push('text', 'One.')
      await settle()
      storage.away = away
      for (const text of [' Two.', ' Three.', ' Four.']) {
        writer.push('text', text)
        await clock.advance(1000)
      }
      storage.away = null
      await clock.advance(1000)
      expect(await stored()).toBe('One. Two. Three. Four.')
      writer.push('text', ' Five.')
      const reply = await end()
      expect(reply.text).toBe('One. Two. Three. Four. Five.')
      expect(digest(reply.text)).toBe(digest('One. Two. Three. Four. Five.'))
      expect(halts).toEqual([])
    },
  )

  it('[R5.4] is given up after 15 seconds, and not a moment sooner', async () => {
    storage.away = 'before'
    writer.push('text', 'One.')
    await clock.advance(14_999)
    expect(halts).toEqual([])
    await clock.advance(1)
    expect(halts).toEqual([{ why: 'storage' }])
    const tried = storage.appends.length
    writer.push('text', 'Two.')
    await clock.advance(60_000)
    expect(storage.appends).toHaveLength(tried)
    expect(clock.pending).toBe(0)
  })

  it('[R5.4] is given up after 15 seconds even if it takes seconds to fail', async () => {
    const appendReply = () =>
      new Promise<never>((_, reject) => {
        clock.after(5000, () => reject(new Refusal('storage-uncertain')))
      })
    const other = newWriter({ ...storage.log, appendReply })
    other.push('text', 'One.')
    await clock.advance(14_999)
    expect(halts).toEqual([])
    await clock.advance(1)
    expect(halts).toEqual([{ why: 'storage' }])
  })

  it('gets a new 15 seconds each time', async () => {
    for (let round = 0; round < 3; round++) {
      storage.away = 'before'
      writer.push('text', `${round}`)
      await clock.advance(14_000)
      storage.away = null
      await clock.advance(1000)
    }
    expect(halts).toEqual([])
    expect(await stored()).toBe('012')
  })

  it('[R5.4][R7] is given up at once when more than 1 MiB waits', async () => {
    storage.away = 'before'
    writer.push('text', 'x')
    await settle()
    writer.push('text', 'x'.repeat(1024 * 1024 - 1))
    expect(halts).toEqual([])
    writer.push('text', 'x')
    expect(halts).toEqual([{ why: 'storage' }])
  })

  it('is given up at once after a permanent error', async () => {
    const log = { ...storage.log, appendReply: () => Promise.reject(new Error('broken')) }
    const other = newWriter(log)
    other.push('text', 'One.')
    await settle()
    expect(halts).toEqual([{ why: 'storage' }])
  })

  it('is waited for while the last text is written', async () => {
    writer.push('thinking', 'Hmm.')
    await settle()
    storage.away = 'before'
    writer.push('text', 'One.')
    writer.push('thinking', 'Well.')
    const sealed = writer.seal()
    await clock.advance(5000)
    storage.away = null
    await clock.advance(1000)
    expect(await sealed).toEqual({ at: 8, text: 'Well.', mark: 'thinking' })
  })

  it('is not waited for in a hurry', async () => {
    storage.away = 'before'
    writer.push('thinking', 'Hmm.')
    await settle()
    writer.push('text', 'One.')
    const sealed = writer.seal()
    await clock.advance(1000)
    writer.hurry()
    await clock.advance(250)
    expect(await sealed).toEqual({ at: 0, text: 'Hmm.', mark: 'thinking' })
  })
})

describe('a reply that can no longer be written', () => {
  it('[R3] ends as the log says, and writes nothing beyond that end', async () => {
    writer.push('text', 'One.')
    await settle()
    writer.push('text', 'Two.')
    await room.cancel('bob', started.generationId)
    await clock.advance(WINDOW_MS)
    expect(halts).toMatchObject([
      { why: 'ended', ended: { outcome: 'cancelled', by: 'bob', end: 4 } },
    ])
    writer.push('text', 'Three.')
    expect(await writer.seal()).toEqual({ at: 4, text: '', mark: undefined })
    expect(await stored()).toBe('One.')
  })

  it('[R2] stops when another owner has it', async () => {
    const log = { ...storage.log, appendReply: async () => ({ ok: false, refused: 'fenced' }) }
    const other = newWriter(log as unknown as RoomLog)
    other.push('text', 'One.')
    await settle()
    expect(halts).toEqual([{ why: 'fenced' }])
  })
})

describe('a storage at an unexpected position', () => {
  let forgetful: ForgetfulReply
  beforeEach(() => {
    forgetful = new ForgetfulReply()
    writer = newWriter(forgetful as unknown as RoomLog)
  })

  it('[R1] gets its lost tail again, with its marks', async () => {
    for (const [kind, text] of [
      ['thinking', 'Hmm. 😀'],
      ['text', 'One.'],
      ['thinking', 'Well.'],
      ['text', ''],
    ] as const) {
      writer.push(kind, text)
      await clock.advance(WINDOW_MS)
    }
    const whole = forgetful.text
    forgetful.forget(5)
    writer.push('text', 'Two.')
    await clock.advance(1000)
    expect(forgetful.text).toBe(`${whole}Two.`)
    expect(forgetful.parts.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'thinking: Hmm. 😀',
      'text: One.',
      'thinking: Well.',
      'text: Two.',
    ])
    expect(halts).toEqual([])
  })

  it('[R1.9] gets a mark again with the bytes after it, since a lost mark without bytes shows in no position', async () => {
    writer.push('thinking', 'Hmm.')
    await clock.advance(WINDOW_MS)
    writer.push('text', '')
    await clock.advance(WINDOW_MS)
    forgetful.forget(forgetful.end)
    writer.push('text', 'One.')
    await clock.advance(WINDOW_MS)
    writer.push('text', ' Two.')
    await clock.advance(WINDOW_MS)
    expect(forgetful.parts).toEqual([
      { kind: 'thinking', text: 'Hmm.' },
      { kind: 'text', text: 'One. Two.' },
    ])
  })

  it('[R1] is repaired even if it goes away during the repair', async () => {
    writer.push('text', 'One.')
    await clock.advance(WINDOW_MS)
    forgetful.forget(2)
    const take = forgetful.appendReply.bind(forgetful)
    let calls = 0
    forgetful.appendReply = (...parameters) => {
      calls += 1
      forgetful.away = calls === 2 || calls === 3
      return take(...parameters)
    }
    writer.push('text', ' Two.')
    await clock.advance(5000)
    expect(forgetful.text).toBe('One. Two.')
    expect(writer.end).toBe(9)
  })

  it('[R2] is not overwritten if another owner has written', async () => {
    writer.push('text', 'One.')
    await clock.advance(WINDOW_MS)
    forgetful.text += 'Stranger.'
    writer.push('text', 'Two.')
    await settle()
    expect(halts).toEqual([{ why: 'conflict' }])
    expect(forgetful.text).toBe('One.Stranger.')
  })
})
