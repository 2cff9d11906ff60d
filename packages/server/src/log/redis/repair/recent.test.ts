// A node remembers a bounded amount of each room, whatever members do.
import { expect, it } from 'vitest'
import type { Entry } from '@roomcast/shared/protocol'
import { fingerprintOf } from '../../fingerprint.ts'
import { Recent } from './recent.ts'

const said = (offset: number, text: string): Entry => ({
  type: 'message-posted',
  offset,
  at: 1,
  messageId: `m${offset}`,
  by: 'ana',
  text,
  ask: false,
})

it('[R7.2] a command repeated a thousand times is remembered once', () => {
  const recent = new Recent()
  const entry = said(7, 'long '.repeat(10_000))
  recent.addEntries([entry], 1)
  for (let time = 1; time <= 1000; time++) recent.addDone('ana c', 'post', [entry], time)
  const mark = fingerprintOf(entry)
  expect(recent.done).toMatchObject([{ command: 'ana c', kind: 'post', first: mark, last: mark }])
  // Only its fingerprint is kept, and only for as long as after the first time.
  expect(JSON.stringify(recent.done).length).toBeLessThan(300)
  recent.forgetBefore(2)
  expect(recent.isEmpty).toBe(true)
  expect(recent.done).toEqual([])
})

it('[R7.2] at most half a megabyte of a room is remembered, and the oldest is forgotten first', () => {
  const recent = new Recent()
  for (let offset = 1; offset <= 100; offset++) {
    const entry = said(offset, 'x'.repeat(10_000))
    recent.addEntries([entry], offset)
    recent.addDone(`ana ${offset}`, 'post', [entry], offset)
    recent.addText([1, offset * 10, 'y'.repeat(10)], offset)
  }
  const offsets = recent.entries.map(({ offset }) => offset)
  expect(offsets.at(-1)).toBe(100)
  expect(offsets).toHaveLength(recent.done.length)
  expect(JSON.stringify(recent.entries).length).toBeLessThan(512 * 1024)
  expect(recent.texts.get('#1')?.at(0)?.at).toBe((offsets[0] ?? 0) * 10)
})
