import type { Update } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { frameOf, KEEP_ALIVE, retryFrame } from './frame.ts'

const POSITION = { epoch: 'e', offset: 3, end: 5 }

/** Parses a frame as the standard says: fields on lines, an empty line at the end. */
function read(frame: Buffer) {
  const text = frame.toString()
  expect(text).toMatch(/^[^\n]+(\n[^\n]+)*\n\n$/)
  return Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
}

describe('the frame of an update', () => {
  it('has its type, the position after it, and the update as JSON', () => {
    const update: Update = { type: 'synced' }
    expect(frameOf(update, POSITION).toString()).toBe(
      'event: synced\nid: e:3:5\ndata: {"type":"synced"}\n\n',
    )
  })

  it('has the type delta for text, and its data is one line whatever the text contains', () => {
    const update: Update = [1, 0, 'a\nb\r\nc\u2028d\n\nevent: closed\n\n']
    const frame = read(frameOf(update, POSITION))
    expect(frame).toMatchObject({ event: 'delta', id: 'e:3:5' })
    expect(JSON.parse(frame['data'] ?? '')).toEqual(update)
  })

  it('has no id if the position stays the same', () => {
    const frame = read(frameOf({ type: 'synced' }, null))
    expect(Object.keys(frame)).toEqual(['event', 'data'])
  })
})

describe('a frame without an update', () => {
  it('tells the delay before reconnecting', () => {
    expect(retryFrame(1500).toString()).toBe('retry: 1500\n\n')
  })

  it('keeps a stream alive as a comment, which is not an event', () => {
    expect(KEEP_ALIVE.toString()).toMatch(/^:[^\n]*\n\n$/)
  })
})
