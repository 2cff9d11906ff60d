import { describe, expect, it } from 'vitest'
import { afterSending, type Draft, draftOf, keptDraft, NO_DRAFT, takenBack } from './draft.ts'

const QUOTE = { of: 'm1', by: 'ana', text: 'Where?' }
const draft = (part: Partial<Draft>): Draft => ({ ...NO_DRAFT, ...part })

describe('a kept draft', () => {
  it.each([
    { text: 'Lunch?', ask: false },
    { text: 'Why?' },
    { ask: false },
    { quote: QUOTE },
    { text: '@Bo', model: 'haiku', chosen: ['b'] },
  ])('comes back as it was: %j', (part) => {
    expect(draftOf(keptDraft(draft(part)))).toEqual(draft(part))
  })

  it('is read also as earlier pages kept it', () => {
    expect(draftOf('{"text":"Why?","ask":true}')).toEqual(draft({ text: 'Why?' }))
  })

  it('is nothing where nothing was written or chosen', () => {
    expect(keptDraft(NO_DRAFT)).toBeNull()
    expect(draftOf(null)).toEqual(NO_DRAFT)
  })

  it.each(['', 'no JSON', '{"text":1}', 'null'])('that cannot be read is none: %j', (kept) => {
    expect(draftOf(kept)).toEqual(NO_DRAFT)
  })
})

describe('the draft after', () => {
  it('sending is empty, and for whom the last one was', () => {
    const sent = draft({ text: 'Lunch?', ask: false, quote: QUOTE, model: 'haiku' })
    expect(afterSending(sent)).toEqual(draft({ ask: false }))
  })

  it('a message was not taken is that message', () => {
    const message = draft({ text: 'Lunch?', ask: false, quote: QUOTE })
    expect(takenBack(draft({ ask: true }), message)).toEqual(message)
  })

  it('a message was not taken has it before what was written since, and asks nothing that was not asked', () => {
    const back = takenBack(
      draft({ text: 'And why?', chosen: ['b'] }),
      draft({ text: 'Lunch?', ask: false, quote: QUOTE, chosen: ['a'] }),
    )
    expect(back).toEqual({
      text: 'Lunch?\n\nAnd why?',
      ask: false,
      quote: QUOTE,
      model: null,
      chosen: ['a', 'b'],
    })
  })
})
