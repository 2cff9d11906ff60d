import { errorBody } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import type { RunningAnswer } from '../answer/use-running-answer.ts'
import { refusedFace } from './placeholder-text.ts'
import { connectionText } from './connection-text.ts'
import { stripText } from '../answer/progress-text.ts'

describe('the text of the connection status', () => {
  const offline = { kind: 'offline', since: 0, retryAt: 10_000 } as const
  const read = { opened: true, written: false }

  it('counts down to the next retry', () => {
    expect(connectionText(offline, null, 5500, read).sentence).toBe(
      'Connection lost. Trying again in 5 s…',
    )
    expect(connectionText(offline, null, 10_500, read).sentence).toContain('Trying again…')
  })

  it('mentions text only to a member who has written some', () => {
    expect(connectionText(offline, null, 5500, { ...read, written: true }).sentence).toBe(
      'Connection lost. Your text is safe. Trying again in 5 s…',
    )
  })

  it('has no sentence for a connection that is lost only for a moment', () => {
    expect(connectionText(offline, null, 1000, read)).toEqual({
      tone: 'busy',
      chip: 'Reconnecting',
      sentence: null,
    })
  })

  it('says that the server is restarting if the server announced it', () => {
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
  ] as const)('explains %s in amber and says when the room continues', (code, words) => {
    const text = connectionText({ kind: 'paused', error: errorBody(code) }, null, 0, read)
    expect(text).toMatchObject({ tone: 'busy', chip: 'Paused' })
    expect(text.sentence).toContain(words)
  })

  it('does not call a room safe that was never shown', () => {
    const paused = { kind: 'paused', error: errorBody('storage-unavailable') } as const
    const { sentence } = connectionText(paused, null, 0, { opened: false, written: false })
    expect(sentence).toContain('The room opens automatically')
    expect(sentence).not.toContain('safe')
  })

  it('has no sentence while the connection is live', () => {
    expect(connectionText({ kind: 'live' }, null, 0, read).sentence).toBeNull()
  })
})

describe('the placeholder for a room that refuses the member', () => {
  it.each([
    ['unauthenticated', 'name'],
    ['protocol-version', 'reload'],
    ['room-not-found', 'home'],
    ['removed', 'home'],
    ['internal', 'reload'],
  ] as const)('for %s offers to %s', (code, action) => {
    expect(refusedFace({ error: errorBody(code) }).action).toBe(action)
  })

  it('distinguishes a deleted room from one that never existed', () => {
    expect(refusedFace({ error: errorBody('room-not-found') }).title).toBe('Room not found')
    expect(refusedFace({ error: errorBody('room-not-found'), known: true }).title).toBe(
      'This room was deleted',
    )
  })

  it('distinguishes a member who left from one who was removed', () => {
    expect(refusedFace({ error: errorBody('removed'), known: true }).title).toContain('removed')
    expect(refusedFace({ error: errorBody('removed'), known: true, gone: 'left' }).title).toContain(
      'left',
    )
  })
})

describe('the progress strip of a running answer', () => {
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

  it('says that Claude is thinking, then how long the answer is, then that Claude is silent', () => {
    expect(stripText({ reply, ...since }, 'live', 13_500)).toBe('thinking, 12 s')
    expect(stripText({ reply: written, ...since }, 'live', 13_500)).toBe('12 s · ~1,204 tokens')
    expect(stripText({ reply: written, ...since }, 'live', 220_500)).toBe('silent for 3 min 39 s')
  })

  it('does not call Claude silent while the connection cannot deliver anything', () => {
    expect(stripText({ reply: written, ...since }, 'paused', 220_500)).toBe('paused')
    expect(stripText({ reply: written, ...since }, 'offline', 220_500)).toBe('offline')
  })
})
