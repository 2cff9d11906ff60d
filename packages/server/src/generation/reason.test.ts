import { describe, expect, it } from 'vitest'
import { reasonWithout } from './reason.ts'

const prompt = {
  model: 'claude',
  maxTokens: 10,
  thinking: false,
  system: 'Be kind. The password is hunter2.',
  turns: [{ role: 'user', parts: ['We fire Bob on Friday, do we?', 'pin 1234'] }],
} as const

describe('the reason that Claude gives for refusing a request', () => {
  it.each([
    'Your credit balance is too low to access the API.',
    'prompt is too long: 205000 tokens > 200000 maximum',
    'max_tokens: 999999 > 128000, which is the maximum allowed number of output tokens',
  ])('is read as it is: %s', (reason) => {
    expect(reasonWithout(reason, prompt)).toBe(reason)
  })

  it.each([
    ['messages.0: `We fire Bob on Friday, do we?` is wrong', 'messages.0: `…` is wrong'],
    ['Saw fire Bob on Fri there', 'Saw… there'],
    ['We fire\n  Bob on Friday', '…'],
    ['\'1234\' is no name, nor "Bob"', '\'…\' is no name, nor "…"'],
    ['system: The password is hunter2.', 'system… The password is hunter2.'],
  ])('has nothing in it that was said: %s', (reason, read) => {
    const cleaned = reasonWithout(reason, prompt)
    expect(cleaned).not.toMatch(/hunter2|fire|1234|Bob/)
    if (!reason.startsWith('system')) expect(cleaned).toBe(read)
  })

  it('is one line of a bounded length', () => {
    expect(reasonWithout('x\n\u2028\u0000y', prompt)).toBe('x y')
    expect(reasonWithout('x'.repeat(10_000), prompt)).toHaveLength(300)
  })
})
