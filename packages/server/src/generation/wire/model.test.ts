import { describe, expect, it } from 'vitest'
import { modelOf } from './model.ts'

const listed = {
  id: 'claude',
  display_name: 'Claude',
  max_input_tokens: 200,
  max_tokens: 100,
  capabilities: { thinking: { types: { adaptive: { supported: true } } } },
}
const WHOLE = {
  id: 'claude',
  name: 'Claude',
  maxInputTokens: 200,
  maxOutputTokens: 100,
  thinks: true,
}
const ODD = [undefined, null, true, -5, 1.5, 1e300, '', 'word', [], {}, { thinking: [] }]

describe('a model in a list', () => {
  it('is read with its limits and its thinking capability', () => {
    expect(modelOf(listed)).toEqual([WHOLE])
  })

  it.each(['display_name', 'max_input_tokens', 'max_tokens', 'capabilities'])(
    'is read even without %s, or with anything in its place',
    (field) => {
      for (const odd of ODD) {
        const [model] = modelOf({ ...listed, [field]: odd })
        expect(model?.id).toBe('claude')
        expect(['Claude', 'claude', 'word']).toContain(model?.name)
        expect([0, 200]).toContain(model?.maxInputTokens)
        expect([0, 100]).toContain(model?.maxOutputTokens)
        expect(model?.thinks).toBe(field !== 'capabilities')
      }
    },
  )

  it.each([...ODD.filter((odd) => odd !== 'word'), 'x'.repeat(101)])(
    'is skipped if its id is %j',
    (id) => {
      expect(modelOf({ ...listed, id })).toEqual([])
      expect(modelOf(id)).toEqual([])
    },
  )
})
