import { describe, expect, it } from 'vitest'
import {
  afterSending,
  type Draft,
  draftOf,
  keptDraft,
  NO_DRAFT,
  takenBack,
} from './draft-schema.ts'

const QUOTE = { of: 'm1', by: 'ana', text: 'Where?' }
const draft = (part: Partial<Draft>): Draft => ({ ...NO_DRAFT, ...part })

describe('a saved draft', () => {
  it.each([
    { text: 'Lunch?', ask: false },
    { text: 'Why?' },
    { ask: false },
    { quote: QUOTE },
    { text: '@Bo', model: 'haiku', chosen: ['b'] },
  ])('comes back unchanged: %j', (part) => {
    expect(draftOf(keptDraft(draft(part)))).toEqual(draft(part))
  })

  it('is readable in the form that earlier pages saved', () => {
    expect(draftOf('{"text":"Why?","ask":true}')).toEqual(draft({ text: 'Why?' }))
  })

  it('does not exist if nothing was written or chosen', () => {
    expect(keptDraft(NO_DRAFT)).toBeNull()
    expect(draftOf(null)).toEqual(NO_DRAFT)
  })

  it.each(['', 'no JSON', '{"text":1}', 'null'])('counts as none if unreadable: %j', (kept) => {
    expect(draftOf(kept)).toEqual(NO_DRAFT)
  })
})

describe('the draft after', () => {
  it('sending is empty and keeps the recipient', () => {
    const sent = draft({ text: 'Lunch?', ask: false, quote: QUOTE, model: 'haiku' })
    expect(afterSending(sent)).toEqual(draft({ ask: false }))
  })

  it('a refusal is the refused message', () => {
    const message = draft({ text: 'Lunch?', ask: false, quote: QUOTE })
    expect(takenBack(draft({ ask: true }), message)).toEqual(message)
  })

  it('a refusal has the message before newer text, and asks Claude only if both were questions', () => {
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
