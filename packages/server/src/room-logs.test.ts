import { beforeEach, describe, expect, it } from 'vitest'
import { entrySchema } from '@roomcast/shared/protocol'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { openSqliteRoomLog } from './room-logs.ts'
import type { NewEnd, RoomLog, Started } from './judge/room-log.ts'

let log: RoomLog
let faults: string[]
let ids = 0
const newId = () => `id-${(ids += 1)}`
const clock = new SimulatedClock(1)

beforeEach(async () => {
  faults = []
  const onFault = (call: string, where: string) => faults.push(`${call} ${where}`)
  log = await openSqliteRoomLog({ path: ':memory:', clock, newId, onFault })
  await log.createRoom({
    commandId: 'create',
    roomId: 'room',
    title: '',
    model: 'claude',
    instructions: '',
    owner: { memberId: 'alice', name: 'Alice' },
  })
})

async function ask(): Promise<Started> {
  const { started } = await log.post('room', {
    ...POST,
    commandId: newId(),
    messageId: newId(),
    generationId: newId(),
  })
  if (!started) throw new Error('nothing was started')
  return started
}

const POST = {
  commandId: 'c',
  messageId: 'm',
  generationId: 'g',
  by: 'alice',
  text: 'Why?',
  ask: true,
} as const
const wrong = <T>(value: unknown) => value as T
const BASE = { commandId: 'c', by: 'alice' } as const

async function ended(): Promise<Started> {
  const started = await ask()
  await log.end('room', { generationId: started.generationId, outcome: 'completed', next: null })
  return started
}

/** Each writing call, with a value that would make its entry unreadable. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  'create room-created.title': () =>
    log.createRoom({
      commandId: 'c',
      roomId: 'other',
      title: wrong(5),
      model: '',
      instructions: '',
      owner: { memberId: 'bob', name: 'Bob' },
    }),
  'create member-joined.name': () =>
    log.createRoom({
      commandId: 'c',
      roomId: 'other',
      title: '',
      model: '',
      instructions: '',
      owner: { memberId: 'bob', name: wrong(null) },
    }),
  'join member-joined.role': () =>
    log.join('room', { commandId: 'c', memberId: 'bob', name: 'Bob', role: wrong('king') }),
  'post message-posted.text': () => log.post('room', { ...POST, text: wrong(undefined) }),
  'post message-posted.mentions.0': () => log.post('room', { ...POST, mentions: [wrong({})] }),
  'post message-posted.quote.text': async () => {
    const { messageId } = await ended()
    return log.post('room', { ...POST, quote: { of: messageId, text: wrong(5) } })
  },
  'post generation-started.generationId': () =>
    log.post('room', { ...POST, generationId: 'not an id' }),
  'start generation-started.mode': async () => {
    const { generationId: of } = await ended()
    return log.start('room', { ...BASE, generationId: 'g', of, mode: wrong('again') })
  },
  'start commandId': async () => {
    const { generationId: of } = await ended()
    return log.start('room', { ...BASE, commandId: '', generationId: 'g', of, mode: 'retry' })
  },
  'resume by': async () => {
    const { generationId } = await ask()
    await log.post('room', { ...POST, commandId: newId(), messageId: newId() })
    await log.end('room', { generationId, outcome: 'cancelled', by: 'alice', next: null })
    return log.resume('room', { commandId: 'c', generationId: 'g', by: wrong(undefined) })
  },
  'configure settings-changed.title': () =>
    log.amend('room', { ...BASE, type: 'configure', title: wrong({}) }),
  'edit message-edited.text': async () => {
    const { messageId } = await ended()
    return log.amend('room', { ...BASE, type: 'edit', messageId, text: wrong(1) })
  },
  'invite invite-made.until': () =>
    log.amend('room', { ...BASE, type: 'invite', inviteId: 'i', until: -1 }),
}

describe('the judge', () => {
  it.each(Object.entries(CALLS))(
    'refuses data that could not be read back, and reports the field: %s',
    async (where, call) => {
      await expect(call()).rejects.toMatchObject({ body: { code: 'internal' } })
      expect(faults).toEqual([where])
      const before = await log.read('room')
      // A repeated command is refused again: it was not remembered as done.
      await expect(log.post('room', { ...POST, text: wrong(7) })).rejects.toThrow()
      expect(await log.read('room')).toEqual(before)
      for (const entry of before.entries)
        expect(entrySchema['~standard'].validate(entry)).not.toHaveProperty('issues')
    },
  )

  it('refuses only the unreadable command of a batch', async () => {
    const posts = ['Hello.', wrong<string>(5), 'So.'].map((text, index) =>
      log.post('room', {
        ...POST,
        commandId: `c${index}`,
        messageId: `m${index}`,
        ask: false,
        text,
      }),
    )
    const done = await Promise.allSettled(posts)
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('refuses text at an invalid position or of an invalid kind, and an invalid state', async () => {
    const started = await ask()
    await expect(log.appendReply(started, Number.NaN, 'x')).rejects.toThrow()
    await expect(log.appendReply(started, 0, 'x', wrong('dream'))).rejects.toThrow()
    await expect(log.checkpoint(wrong({ roomId: 'room' }))).rejects.toThrow()
    expect(faults).toHaveLength(3)
  })

  it.each<[string, Partial<NewEnd>]>([
    ['usage', { usage: wrong({}) }],
    ['usage', { usage: { inputTokens: -5, outputTokens: 1e300, estimated: false } }],
    ['usage', { usage: wrong(null) }],
    ['stop', { stop: wrong(true) }],
    ['reason', { reason: wrong(5) }],
    ['error', { outcome: 'failed', error: wrong({ code: 5 }) }],
    ['final', { final: { at: Number.NaN, text: 'x', mark: 'text' } }],
    ['final', { final: { at: 0, text: wrong(5), mark: undefined } }],
    ['final', { final: { at: 0, text: 'x', mark: wrong('dream') } }],
    ['omitted', { omitted: wrong('yes'), stop: wrong([]), usage: wrong('many') }],
  ])('ends a generation without the unreadable fields of its end: %s', async (_, more) => {
    const started = await ask()
    const end: NewEnd = {
      generationId: started.generationId,
      outcome: 'completed',
      fence: started.fence,
      next: null,
    }
    expect(await log.end('room', { ...end, ...more })).toMatchObject({ ok: true })
    expect(faults).toHaveLength(1)
    const { entries } = await log.read('room')
    expect(entries.at(-1)).toMatchObject({ type: 'generation-ended' })
    for (const entry of entries)
      expect(entrySchema['~standard'].validate(entry)).not.toHaveProperty('issues')
  })

  it('keeps the readable fields of an end', async () => {
    const started = await ask()
    await log.end('room', {
      generationId: started.generationId,
      outcome: 'completed',
      stop: 'end_turn',
      usage: wrong({ inputTokens: 'many' }),
      next: null,
    })
    const { entries } = await log.read('room')
    expect(entries.at(-1)).toMatchObject({ stop: 'end_turn' })
    expect(entries.at(-1)).not.toHaveProperty('usage')
  })

  it('finds no fault in valid calls', async () => {
    const started = await ask()
    await log.appendReply(started, 0, 'Because.', 'text')
    await log.end('room', {
      generationId: started.generationId,
      outcome: 'cancelled',
      by: 'alice',
      reason: '',
      next: null,
    })
    expect(faults).toEqual([])
  })
})
