import { describe, expect, it } from 'vitest'
import type { Entry, EntryDraft } from '@roomcast/shared/protocol'
import { emptyRoom, fold } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'
import { catchUp } from './catch-up.ts'

const by = 'alice'
const secret: EntryDraft = {
  ...({ type: 'message-posted', messageId: 'secret', by, text: 'SECRET ü', ask: false } as const),
  quote: { of: 'other', by: 'bob', text: 'SECRET too' },
}
const long: EntryDraft = { ...secret, messageId: 'long', text: `SECRET${'x'.repeat(400_000)}` }
const DRAFTS: EntryDraft[] = [
  { type: 'message-posted', messageId: 'first', by, text: 'y'.repeat(300_000), ask: false },
  secret,
  { type: 'message-edited', messageId: 'secret', by, text: 'SECRET again' },
  long,
  { type: 'message-retracted', messageId: 'secret', by },
  { type: 'message-retracted', messageId: 'long', by },
  { type: 'message-posted', messageId: 'last', by, text: 'kept', ask: false },
]
const ENTRIES = DRAFTS.map((draft, index): Entry => ({ offset: index + 1, at: 1, ...draft }))
const EMPTY = emptyRoom('room', 'epoch')
const STATE = fold(EMPTY, { type: 'entries', epoch: 'epoch', entries: ENTRIES }, digest).state

describe('a tail from before a retraction', () => {
  const since = { epoch: 'epoch', offset: 0, end: 0 }
  const tail = catchUp(STATE, ENTRIES, since)

  it('[R6.6] contains no retracted text', () => {
    expect(tail.type).toBe('tail')
    expect(JSON.stringify(tail)).not.toContain('SECRET')
    expect(JSON.stringify(tail)).toContain('kept')
  })

  it('leads to the same room', () => {
    expect(fold(EMPTY, tail, digest)).toEqual({ state: STATE, behind: null })
  })
})
