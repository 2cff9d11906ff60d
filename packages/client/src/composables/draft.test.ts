import { describe, expect, it } from 'vitest'
import { draftOf, keptDraft, NO_DRAFT } from './draft.ts'

describe('a kept draft', () => {
  it.each([
    { text: 'Lunch?', ask: false },
    { text: 'Why?', ask: true },
    { text: '', ask: false },
  ])('comes back as it was: %j', (draft) => {
    expect(draftOf(keptDraft(draft))).toEqual(draft)
  })

  it('is nothing where nothing was written or chosen', () => {
    expect(keptDraft(NO_DRAFT)).toBeNull()
    expect(draftOf(null)).toEqual(NO_DRAFT)
  })

  it.each(['', 'no JSON', '{"text":1}', 'null'])('that cannot be read is none: %j', (kept) => {
    expect(draftOf(kept)).toEqual(NO_DRAFT)
  })
})
