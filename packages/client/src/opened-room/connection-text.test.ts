import { errorBody } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import type { RunningAnswer } from '../answer/use-running-answer.ts'
import { refusedFace } from './placeholder-text.ts'
import { connectionText } from './connection-text.ts'
import { stripText } from '../answer/progress-text.ts'

describe('the status in words', () => {
  const offline = { kind: 'offline', since: 0, retryAt: 10_000 } as const
  const read = { opened: true, written: false }

  it('counts down to the next try', () => {
    expect(connectionText(offline, null, 5500, read).sentence).toBe(
      'Connection lost. Trying again in 5 s…',
    )
    expect(connectionText(offline, null, 10_500, read).sentence).toContain('Trying again…')
  })

  it('speaks of text only to who has written some', () => {
    expect(connectionText(offline, null, 5500, { ...read, written: true }).sentence).toBe(
      'Connection lost. Your text is safe. Trying again in 5 s…',
    )
  })

  it('makes no words about a link that is gone for a moment', () => {
    expect(connectionText(offline, null, 1000, read)).toEqual({
      tone: 'busy',
      chip: 'Reconnecting',
      sentence: null,
    })
  })

  it('says that the server is restarting when the server said so', () => {
    expect(connectionText(offline, errorBody('shutting-down'), 5000, read).sentence).toContain(
      'The server is restarting.',
    )
  })

  it.each([
    [
      'storage-unavailable',
      'can’t reach its storage. Nothing is lost; the room continues automatically',
    ],
    ['storage-full', 'storage is full. The room continues when there is space again'],
  ] as const)('says what %s means, in amber, and when it goes on', (code, words) => {
    const text = connectionText({ kind: 'paused', error: errorBody(code) }, null, 0, read)
    expect(text).toMatchObject({ tone: 'busy', chip: 'Paused' })
    expect(text.sentence).toContain(words)
  })

  it('does not call safe what was never shown', () => {
    const paused = { kind: 'paused', error: errorBody('storage-unavailable') } as const
    const { sentence } = connectionText(paused, null, 0, { opened: false, written: false })
    expect(sentence).toContain('The room opens automatically')
    expect(sentence).not.toContain('safe')
  })

  it('is silent while all is well', () => {
    expect(connectionText({ kind: 'live' }, null, 0, read).sentence).toBeNull()
  })
})

describe('the face of a room that stays closed', () => {
  it.each([
    ['unauthenticated', 'name'],
    ['protocol-version', 'reload'],
    ['room-not-found', 'home'],
    ['removed', 'home'],
    ['internal', 'reload'],
  ] as const)('for %s offers to %s', (code, action) => {
    expect(refusedFace({ error: errorBody(code) }).action).toBe(action)
  })

  it('tells a room that was deleted from one that never was', () => {
    expect(refusedFace({ error: errorBody('room-not-found') }).title).toBe('Room not found')
    expect(refusedFace({ error: errorBody('room-not-found'), known: true }).title).toBe(
      'This room was deleted',
    )
  })

  it('tells who has left from who was removed', () => {
    expect(refusedFace({ error: errorBody('removed'), known: true }).title).toContain('removed')
    expect(refusedFace({ error: errorBody('removed'), known: true, gone: 'left' }).title).toContain(
      'left',
    )
  })
})

describe('the strip of a running answer', () => {
  const reply: RunningAnswer['reply'] = {
    kind: 'reply',
    generationId: 'g1',
    number: 1,
    offset: 3,
    at: 1000,
    messageId: 'm1',
    by: 'ana',
    mode: 'answer',
    model: 'm',
    text: '',
    end: 0,
    marks: [],
    ended: null,
  }
  const written = { ...reply, end: 4816, marks: [{ kind: 'text', from: 0 }] as const }
  const since = { began: 1000, grew: 1000 }

  it('says that Claude is thinking, then how much there is, then that nothing comes', () => {
    expect(stripText({ reply, ...since }, 'live', 13_500)).toBe('thinking, 12 s')
    expect(stripText({ reply: written, ...since }, 'live', 13_500)).toBe('12 s · ~1,204 tokens')
    expect(stripText({ reply: written, ...since }, 'live', 220_500)).toBe('silent for 3 min 39 s')
  })

  it('does not call it silence when nothing can come', () => {
    expect(stripText({ reply: written, ...since }, 'paused', 220_500)).toBe('paused')
    expect(stripText({ reply: written, ...since }, 'offline', 220_500)).toBe('offline')
  })
})
