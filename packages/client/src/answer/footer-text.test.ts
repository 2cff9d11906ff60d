import type { Ended, Models, Reply } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { factsOf, footerOf, isCutOff } from './footer-text.ts'

const REPLY: Reply = {
  kind: 'reply',
  generationId: 'g1',
  number: 1,
  offset: 3,
  at: 1000,
  messageId: 'm1',
  by: 'ana',
  mode: 'answer',
  model: 'm',
  text: 'Two words',
  end: 9,
  marks: [{ kind: 'text', from: 0 }],
  ended: null,
}
const SILENT: Reply = { ...REPLY, text: '', end: 0, marks: [] }
const NAMES: Readonly<Record<string, string>> = { ana: 'Ana', bo: 'Bo' }

function footer(ended: Omit<Ended, 'at'>, reply = REPLY) {
  return footerOf(reply, { at: 2000, ...ended }, (memberId) => NAMES[memberId] ?? 'someone')
}

describe('the footer of a reply', () => {
  it('is empty when Claude finished', () => {
    expect(footer({ outcome: 'completed', stop: 'end_turn' }).lines).toEqual([])
  })

  it('says that the reply reached the length limit, and offers to continue', () => {
    expect(footer({ outcome: 'completed', stop: 'max_tokens' })).toEqual({
      tone: 'calm',
      lines: ['Reached the length limit'],
      canContinue: true,
      canRetry: false,
    })
  })

  it('says that Claude declined, and whether it had already begun', () => {
    const declined = footer({ outcome: 'completed', stop: 'refusal' }, SILENT)
    expect(declined.lines).toEqual(['Claude declined to answer'])
    expect([declined.canContinue, declined.canRetry]).toEqual([false, false])
    const began = footer({ outcome: 'completed', stop: 'refusal' })
    expect(began.lines).toEqual(['Claude declined to continue'])
    expect([began.canContinue, began.canRetry]).toEqual([false, true])
  })

  it('says that older messages were left out, in addition to everything else', () => {
    expect(footer({ outcome: 'completed', omitted: true }).lines).toEqual([
      'Older messages didn’t fit and were left out',
    ])
    expect(footer({ outcome: 'cancelled', by: 'bo', omitted: true }).lines).toHaveLength(3)
  })

  it('names the member who stopped it and the reason, and never calls a stop a problem', () => {
    expect(footer({ outcome: 'cancelled', by: 'bo', reason: 'wrong question' })).toEqual({
      tone: 'calm',
      lines: ['Stopped by Bo: “wrong question”', '~3 tokens kept'],
      canContinue: true,
      canRetry: true,
    })
  })

  it('says how much of the answer was kept', () => {
    const usage = { inputTokens: 1900, outputTokens: 1204, estimated: false }
    const kept = footer({ outcome: 'cancelled', by: 'bo', reason: 'enough', usage })
    expect(kept.lines).toEqual(['Stopped by Bo: “enough”', '1,204 tokens kept'])
    expect(footer({ outcome: 'interrupted', usage }).lines).toEqual([
      'Interrupted: the server stopped',
      '1,204 tokens kept',
    ])
    expect(footer({ outcome: 'cancelled', by: 'bo', usage }, SILENT).lines).toEqual([
      'Stopped by Bo before the first word',
    ])
  })

  it('shows the model, the tokens, and their cost if the price is known', () => {
    const usage = { inputTokens: 1900, outputTokens: 640, estimated: false }
    const known = { id: 'm', name: 'Haiku', maxInputTokens: 1, maxOutputTokens: 1 }
    const models = (price?: { input: number; output: number }) => ({
      simulated: false,
      default: 'm',
      models: [{ ...known, ...(price ? { price } : {}) }],
    })
    const facts = (more: Partial<Ended>, of: Models | null) =>
      factsOf(REPLY, { outcome: 'completed', at: 2, ...more }, of)
    expect(facts({}, null)).toEqual(['m'])
    expect(facts({ usage }, models())).toEqual(['Haiku', '1.9K in / 640 out'])
    expect(facts({ usage }, models({ input: 1, output: 5 }))).toEqual([
      'Haiku',
      '1.9K in / 640 out',
      '$0.0051',
    ])
    const estimated = { ...usage, estimated: true }
    expect(facts({ usage: estimated }, null)[1]).toBe('~1.9K in / ~640 out')
  })

  it('omits zeros, and omits the cost when Claude is simulated', () => {
    const price = { input: 1, output: 5 }
    const models = (simulated: boolean): Models => ({
      simulated,
      default: 'm',
      models: [{ id: 'm', name: 'Haiku', maxInputTokens: 1, maxOutputTokens: 1, price }],
    })
    const facts = (inputTokens: number, outputTokens: number, simulated = false) => {
      const usage = { inputTokens, outputTokens, estimated: true }
      return factsOf(REPLY, { outcome: 'completed', at: 2, usage }, models(simulated))
    }
    expect(facts(0, 0)).toEqual(['Haiku'])
    expect(facts(1900, 0)).toEqual(['Haiku', '~1.9K in', '~$0.0019'])
    expect(facts(1900, 640, true)).toEqual(['Haiku', '~1.9K in / ~640 out'])
  })

  it('knows which answers were cut off', () => {
    const cut = (ended: Omit<Ended, 'at'>) => isCutOff({ at: 2, ...ended })
    expect(
      ['end_turn', 'stop_sequence'].map((stop) => cut({ outcome: 'completed', stop })),
    ).toEqual([false, false])
    expect(cut({ outcome: 'completed' })).toBe(false)
    expect(cut({ outcome: 'completed', stop: 'max_tokens' })).toBe(true)
    for (const outcome of ['cancelled', 'failed', 'interrupted'] as const)
      expect(cut({ outcome })).toBe(true)
  })

  it('offers nothing to continue after a stop before the first word', () => {
    expect(footer({ outcome: 'cancelled', by: 'bo' }, SILENT)).toEqual({
      tone: 'calm',
      lines: ['Stopped by Bo before the first word'],
      canContinue: false,
      canRetry: true,
    })
  })

  it('offers nothing to continue after a stop while Claude was thinking', () => {
    const thoughts: Reply = { ...REPLY, marks: [{ kind: 'thinking', from: 0 }] }
    const stopped = footer({ outcome: 'cancelled', by: 'bo' }, thoughts)
    expect(stopped.lines).toEqual(['Stopped by Bo before the first word'])
    expect(stopped.canContinue).toBe(false)
  })

  it('gives the reason for a failure in words', () => {
    const error = { code: 'overloaded', message: 'Claude is overloaded right now.' }
    const failed = footer({ outcome: 'failed', error }, SILENT)
    expect(failed).toEqual({
      tone: 'problem',
      lines: ['Claude is overloaded right now.'],
      canContinue: false,
      canRetry: true,
    })
    expect(footer({ outcome: 'failed', error }).canContinue).toBe(true)
  })

  it('says that the server stopped', () => {
    expect(footer({ outcome: 'interrupted' }, SILENT).lines).toEqual([
      'Interrupted: the server stopped',
    ])
  })
})
