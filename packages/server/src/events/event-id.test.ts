import { describe, expect, it } from 'vitest'
import { eventId, positionFrom } from './event-id.ts'

describe('the id of an event', () => {
  it('is a position, and parses to the same position', () => {
    const position = { epoch: 'a-B_9', offset: 12, end: 3456 }
    expect(eventId(position)).toBe('a-B_9:12:3456')
    expect(positionFrom('a-B_9:12:3456')).toEqual(position)
  })

  it.each([
    '',
    'epoch',
    'epoch:1',
    'epoch:1:2:3',
    ':1:2',
    'epoch::2',
    'epoch:-1:2',
    'epoch:1.5:2',
    'epoch:1e3:2',
    'epoch:x:2',
    ' epoch:1:2',
    'epoch:1:2\n',
    'an epoch:1:2',
    `epoch:${'9'.repeat(16)}:2`,
    `epoch:${'1'.repeat(17)}:2`,
    `${'e'.repeat(1000)}:1:2`,
  ])('is no other text: %j', (text) => {
    expect(positionFrom(text)).toBeUndefined()
  })
})
